package dev.zoopress.eval.compare;

import dev.zoopress.codec.hash.Digests;
import dev.zoopress.eval.task.Answer;
import dev.zoopress.eval.task.AnswerReader;
import dev.zoopress.eval.task.Prepared;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.eval.task.TaskSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Gathers what the three runs say about one example. */
final class OutcomeBuilder {
  private final Prepared preparedA;
  private final Prepared preparedB;
  private final Side a;
  private final Side b;
  private final TaskKind kind;
  private final AnswerReader readerA;
  private final AnswerReader readerB;
  private final MessageDigest digestA = Digests.sha256();
  private final MessageDigest digestB = Digests.sha256();
  private final MessageDigest digestAgain = Digests.sha256();
  private final List<Answer> answersA = new ArrayList<>();
  private final List<Answer> answersB = new ArrayList<>();
  private Difference difference = Difference.NONE;
  private long nonFinite;

  OutcomeBuilder(
      Prepared preparedA,
      Prepared preparedB,
      Side a,
      Side b,
      TaskKind kind,
      TaskSettings settings) {
    this.preparedA = preparedA;
    this.preparedB = preparedB;
    this.a = a;
    this.b = b;
    this.kind = kind;
    this.readerA = new AnswerReader(a.tokenizer(), settings);
    this.readerB = new AnswerReader(b.tokenizer(), settings);
  }

  /** Takes the outputs of the inputs {@code from} to before {@code to} of a batch. */
  void add(int firstInput, Slices first, Slices stored, Slices again, int from, int to)
      throws IOException {
    List<ByteBuffer> partsA = first.of(from, to);
    List<ByteBuffer> partsB = stored.of(from, to);
    partsA.forEach(part -> Digests.update(digestA, part));
    partsB.forEach(part -> Digests.update(digestB, part));
    again.of(from, to).forEach(part -> Digests.update(digestAgain, part));
    for (int i = 0; i < partsA.size(); i++) {
      FloatBuffer floatsA = partsA.get(i).asFloatBuffer();
      nonFinite += nonFinite(floatsA);
      if (i >= partsB.size()) {
        difference = Difference.SHAPES;
      } else if (!partsA.get(i).equals(partsB.get(i))) {
        FloatBuffer floatsB = partsB.get(i).asFloatBuffer();
        nonFinite += nonFinite(floatsB);
        difference = difference.and(Difference.of(floatsA, floatsB));
      }
    }
    read(answersA, readerA, preparedA, firstInput, partsA.get(0).asFloatBuffer(), a);
    read(answersB, readerB, preparedB, firstInput, partsB.get(0).asFloatBuffer(), b);
  }

  private static long nonFinite(FloatBuffer values) {
    long count = 0;
    for (int i = 0; i < values.remaining(); i++) {
      count += Float.isFinite(values.get(i)) ? 0 : 1;
    }
    return count;
  }

  private void read(
      List<Answer> into,
      AnswerReader reader,
      Prepared prepared,
      int firstInput,
      FloatBuffer logits,
      Side side)
      throws IOException {
    int width = side.session().config().vocabSize();
    switch (kind) {
      case FILL_MASK -> into.addAll(reader.fillMask(prepared, logits, width));
      case PSEUDO_PERPLEXITY ->
          into.add(reader.tokenLogProbability(prepared, firstInput, logits, width));
      case FEATURES -> {}
      default -> into.add(AnswerReader.classify(logits));
    }
  }

  ExampleOutcome build() {
    return new ExampleOutcome(
        preparedA.example(),
        preparedA.sha256(),
        preparedB.sha256(),
        Digests.hex(digestA),
        Digests.hex(digestB),
        Digests.hex(digestAgain),
        preparedA.ids().length,
        preparedA.truncated(),
        nonFinite,
        difference,
        answersA,
        answersB);
  }
}
