package dev.zoopress.eval.compare;

import dev.zoopress.eval.model.Head;
import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.eval.onnx.TokenBatch;
import dev.zoopress.eval.task.Example;
import dev.zoopress.eval.task.Prepared;
import dev.zoopress.eval.task.Preparer;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.eval.task.TaskSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Runs examples batch by batch on A, on B and on A again, so that all three see the same machine in
 * the same state, and compares the output buffers as they come. Not thread-safe.
 */
public final class Lockstep {
  /** Of one run, unless a single input has more; three of them are held. */
  private static final long OUTPUT_BYTES = 64L << 20;

  private final Side a;
  private final Side b;
  private final TaskKind kind;
  private final TaskSettings settings;
  private final Touched touched = new Touched();
  private long nanosA;
  private long nanosB;

  public Lockstep(Side a, Side b, TaskKind kind, TaskSettings settings) {
    this.a = a;
    this.b = b;
    this.kind = kind;
    this.settings = settings;
  }

  private record Pair(Prepared a, Prepared b) {}

  /** The outcomes of {@code examples} in their order. */
  public ShardResult run(List<Example> examples) throws IOException {
    List<String> refused = new ArrayList<>();
    List<Pair> pairs = new ArrayList<>();
    Preparer preparerA = new Preparer(a.tokenizer(), kind);
    Preparer preparerB = new Preparer(b.tokenizer(), kind);
    for (Example example : examples) {
      try {
        Prepared prepared = preparerA.prepare(example);
        if (prepared.inputs().isEmpty()) {
          refused.add("text " + (example.index() + 1) + ": no tokens");
          continue;
        }
        pairs.add(new Pair(prepared, preparerB.prepare(example)));
      } catch (UnusableModelException e) {
        refused.add(e.getMessage());
      }
    }
    // Inputs of like length share a batch: less padding is computed.
    pairs.sort(Comparator.comparingInt(p -> p.a().ids().length));
    List<ExampleOutcome> outcomes = new ArrayList<>();
    for (int from = 0; from < pairs.size(); ) {
      int to = from + 1;
      while (kind != TaskKind.PSEUDO_PERPLEXITY
          && to < pairs.size()
          && to - from < inputsPerRun(pairs.get(to).a().ids().length)) {
        to++;
      }
      group(pairs.subList(from, to), outcomes);
      from = to;
    }
    outcomes.sort(Comparator.comparingInt(o -> o.example().index()));
    return new ShardResult(outcomes, refused, touched, nanosA / 1e9, nanosB / 1e9);
  }

  /**
   * Long inputs go in smaller batches, so that activations and outputs stay as large as they are.
   */
  private int inputsPerRun(int tokens) {
    int rowBytes =
        switch (kind.head()) {
          case MASKED_LM -> a.session().config().vocabSize() * Float.BYTES;
          case FEATURES -> a.session().config().hiddenSize() * Float.BYTES;
          case CLASSIFICATION -> 0;
        };
    long rows = kind == TaskKind.PSEUDO_PERPLEXITY ? 1 : tokens;
    long fitting = rowBytes == 0 ? Long.MAX_VALUE : OUTPUT_BYTES / (rows * rowBytes);
    long computed = (long) settings.batchSize() * TaskSettings.GLUE_TOKENS / tokens;
    return (int) Math.max(1, Math.min(settings.batchSize(), Math.min(computed, fitting)));
  }

  private void group(List<Pair> pairs, List<ExampleOutcome> into) throws IOException {
    List<OutcomeBuilder> builders = new ArrayList<>();
    for (Pair pair : pairs) {
      builders.add(new OutcomeBuilder(pair.a(), pair.b(), a, b, kind, settings));
    }
    // Several examples have one input each; one example may have many.
    int inputs = pairs.size() > 1 ? 1 : pairs.get(0).a().inputs().size();
    int step = inputsPerRun(pairs.get(0).a().ids().length);
    for (int from = 0; from < inputs; from += step) {
      int to = Math.min(inputs, from + step);
      TokenBatch batchA = batch(pairs.stream().map(Pair::a).toList(), from, to, a);
      TokenBatch batchB = batch(pairs.stream().map(Pair::b).toList(), from, to, b);
      touched.add(batchA);
      long start = System.nanoTime();
      Map<String, ByteBuffer> first = a.session().run(batchA);
      long middle = System.nanoTime();
      Map<String, ByteBuffer> stored = b.session().run(batchB);
      nanosB += System.nanoTime() - middle;
      nanosA += middle - start;
      Map<String, ByteBuffer> again = a.session().run(batchA);
      Slices slicesA = new Slices(batchA, first);
      Slices slicesB = new Slices(batchB, stored);
      Slices slicesAgain = new Slices(batchA, again);
      for (int i = 0; i < builders.size(); i++) {
        int last = builders.size() > 1 ? i + 1 : to - from;
        builders.get(i).add(from, slicesA, slicesB, slicesAgain, i, last);
      }
    }
    for (OutcomeBuilder builder : builders) {
      into.add(builder.build());
    }
  }

  private TokenBatch batch(List<Prepared> prepared, int from, int to, Side side) {
    List<long[]> ids = new ArrayList<>();
    List<long[]> types = new ArrayList<>();
    List<int[]> positions = new ArrayList<>();
    for (Prepared one : prepared) {
      int last = Math.min(to, one.inputs().size());
      int first = Math.min(from, last - 1);
      ids.addAll(one.inputs().subList(first, last));
      types.addAll(one.types().subList(first, last));
      positions.addAll(one.positions().subList(first, last));
    }
    boolean answersRows = side.session().head() != Head.CLASSIFICATION;
    return TokenBatch.of(
        ids, types, answersRows ? positions : List.of(), side.session().config().padTokenId());
  }
}
