package dev.zoopress.eval.task;

import dev.zoopress.codec.hash.Digests;
import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.eval.text.Encoded;
import dev.zoopress.eval.text.TextTokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Turns examples into token ids, with the tokenizer of one side. */
public final class Preparer {
  private final TextTokenizer tokenizer;
  private final TaskKind kind;

  public Preparer(TextTokenizer tokenizer, TaskKind kind) {
    this.tokenizer = tokenizer;
    this.kind = kind;
  }

  /**
   * The inputs of one example.
   *
   * @throws UnusableModelException if a fill-mask text has no mask, or lost it to truncation
   */
  public Prepared prepare(Example example) throws IOException {
    int most =
        switch (kind) {
          case FILL_MASK, PSEUDO_PERPLEXITY, FEATURES -> tokenizer.maxTokens();
          default -> Math.min(TaskSettings.GLUE_TOKENS, tokenizer.maxTokens());
        };
    if (kind == TaskKind.FILL_MASK) {
      return prepareMasked(example, most);
    }
    Encoded encoded =
        example.other().isEmpty()
            ? tokenizer.encode(example.text(), most)
            : tokenizer.encode(example.text(), example.other(), most);
    return switch (kind) {
      case FEATURES -> one(example, encoded, new int[0], all(encoded));
      case PSEUDO_PERPLEXITY -> eachMasked(example, encoded);
      default -> one(example, encoded, new int[0], new int[0]);
    };
  }

  /** Texts name the mask by either family's name; each model reads its own. */
  private Prepared prepareMasked(Example example, int most) throws IOException {
    String mask = tokenizer.maskToken();
    String text = example.text();
    if (!mask.isEmpty() && !text.contains(mask)) {
      text = text.replace("<mask>", mask).replace("[MASK]", mask);
    }
    Encoded encoded = tokenizer.encode(text, most);
    return one(example, encoded, masks(example, encoded), all(encoded));
  }

  private static int[] all(Encoded encoded) {
    return IntStream.range(0, encoded.ids().length).toArray();
  }

  private int[] masks(Example example, Encoded encoded) throws UnusableModelException {
    int mask = maskId();
    int[] masks =
        IntStream.range(0, encoded.ids().length).filter(i -> encoded.ids()[i] == mask).toArray();
    if (masks.length == 0) {
      throw new UnusableModelException(
          "text "
              + (example.index() + 1)
              + ": no mask token ("
              + tokenizer.maskToken()
              + ") found"
              + (encoded.truncated() ? " in what fits the model" : ""));
    }
    return masks;
  }

  private int maskId() throws UnusableModelException {
    return tokenizer
        .id(tokenizer.maskToken())
        .orElseThrow(() -> new UnusableModelException("the tokenizer has no mask token"));
  }

  private static Prepared one(Example example, Encoded encoded, int[] masks, int[] positions) {
    return new Prepared(
        example,
        List.of(encoded.ids()),
        List.of(encoded.types()),
        List.of(positions),
        masks,
        encoded.ids(),
        encoded.truncated(),
        digest(encoded));
  }

  private Prepared eachMasked(Example example, Encoded encoded) throws UnusableModelException {
    int mask = maskId();
    List<long[]> inputs = new ArrayList<>();
    List<long[]> types = new ArrayList<>();
    List<int[]> positions = new ArrayList<>();
    // The first and the last token are the special ones of every model of this family.
    for (int i = 1; i < encoded.ids().length - 1; i++) {
      long[] masked = encoded.ids().clone();
      masked[i] = mask;
      inputs.add(masked);
      types.add(encoded.types());
      positions.add(new int[] {i});
    }
    return new Prepared(
        example,
        inputs,
        types,
        positions,
        new int[0],
        encoded.ids(),
        encoded.truncated(),
        digest(encoded));
  }

  private static String digest(Encoded encoded) {
    MessageDigest digest = Digests.sha256();
    ByteBuffer bytes = ByteBuffer.allocate(16 * encoded.ids().length);
    for (int i = 0; i < encoded.ids().length; i++) {
      bytes.putLong(encoded.ids()[i]).putLong(encoded.types()[i]);
    }
    Digests.update(digest, bytes.flip());
    return Digests.hex(digest);
  }
}
