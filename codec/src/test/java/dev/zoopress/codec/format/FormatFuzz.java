package dev.zoopress.codec.format;

import com.sun.management.ThreadMXBean;
import dev.zoopress.codec.MalformedInputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Mutates sound files of every container and parses them. Every input must give a layout that
 * covers it exactly and may allocate only a small multiple of its length; anything else is a
 * defect. Run as a program: {@code FormatFuzz <inputs per target> <seed>}.
 */
final class FormatFuzz {
  /** A parser with its sound files. */
  enum Target {
    SAFETENSORS("m.safetensors"),
    GGUF("m.gguf"),
    ONNX("m.onnx"),
    TORCH("pytorch_model.bin"),
    NUMPY("m.npz");

    private final String path;

    Target(String path) {
      this.path = path;
    }

    List<byte[]> samples() {
      return switch (this) {
        case SAFETENSORS -> FormatSamples.safetensors();
        case GGUF -> FormatSamples.gguf();
        case ONNX -> FormatSamples.onnx();
        case TORCH -> FormatSamples.torch();
        case NUMPY -> FormatSamples.numpy();
      };
    }

    /**
     * Inner parts, and how a sound file is built around one, so that damage gets past the shell.
     */
    List<byte[]> parts() {
      return switch (this) {
        case SAFETENSORS -> FormatSamples.safetensorsHeaders();
        case GGUF -> List.of();
        case ONNX -> FormatSamples.onnxTensors();
        case TORCH -> FormatSamples.pickles();
        case NUMPY -> FormatSamples.arrays();
      };
    }

    private byte[] wrap(byte[] part) {
      return switch (this) {
        case SAFETENSORS -> SafetensorsParserTest.file(part, 20);
        case GGUF -> part;
        case ONNX -> OnnxParserTest.model(part);
        case TORCH -> TorchParserTest.archive(false, part);
        case NUMPY -> NpyParserTest.archive(part);
      };
    }

    /** Whether magic, lengths and directory passed, and what the parser is for was reached. */
    private boolean isPastHeader(FileLayout layout) {
      if (!layout.format().equals("opaque")) {
        return true;
      }
      int at = layout.warning().indexOf("at byte ");
      return at >= 0 && offset(layout.warning(), at + 8) >= headerBytes();
    }

    private long headerBytes() {
      return switch (this) {
        case SAFETENSORS -> 9; // header length and the first brace
        case GGUF -> 24; // magic, version, counts
        case ONNX -> 8; // version, the graph's tag and length
        case TORCH -> Long.MAX_VALUE; // a sound directory makes a layout, never a refusal
        case NUMPY -> 12; // magic, version, length of the text
      };
    }
  }

  record Outcome(
      Target target, long seed, long inputs, long pastHeader, long accepted, long mostAllocated) {
    double pastHeaderShare() {
      return (double) pastHeader / inputs;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: seed %d, %d inputs, %d past the header check (%.1f %%), %d accepted,"
              + " at most %d bytes allocated",
          target,
          seed,
          inputs,
          pastHeader,
          100 * pastHeaderShare(),
          accepted,
          mostAllocated);
    }
  }

  /** Fixed cost of a parse: cursors' buffers, the archive's tail. */
  private static final long FREE_BYTES = 512 << 10;

  /** Inputs before allocation is measured: code is linked on first use, which allocates too. */
  private static final int WARM_UP = 2_000;

  /** What a parse may allocate per byte of input beyond that. */
  private static final long MAX_MULTIPLE = 64;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private FormatFuzz() {}

  static Outcome run(Target target, long seed, long inputs) {
    SplittableRandom random = new SplittableRandom(seed * 31 + target.ordinal());
    List<byte[]> samples = target.samples();
    List<byte[]> parts = target.parts();
    long thread = Thread.currentThread().getId();
    long mostAllocated = 0;
    long past = 0;
    long accepted = 0;
    for (long i = 0; i < inputs; i++) {
      byte[] input =
          parts.isEmpty() || random.nextBoolean()
              ? mutate(pick(samples, random), samples, random)
              : target.wrap(mutate(pick(parts, random), parts, random));
      try {
        long allocatedBefore = THREADS.getThreadAllocatedBytes(thread);
        FileLayout layout = FileFormats.parse(target.path, new MemorySource(input));
        long allocated = THREADS.getThreadAllocatedBytes(thread) - allocatedBefore;
        allocated = i < WARM_UP ? 0 : allocated;
        mostAllocated = Math.max(mostAllocated, allocated);
        if (allocated > FREE_BYTES + MAX_MULTIPLE * input.length) {
          throw new IllegalStateException(
              allocated + " bytes allocated for " + input.length + " bytes of input");
        }
        if (layout.segments().stream().mapToLong(Segment::lengthBytes).sum() != input.length) {
          throw new IllegalStateException("layout does not cover the file");
        }
        if (target == Target.ONNX) {
          readExternal(input);
        }
        past += target.isPastHeader(layout) ? 1 : 0;
        accepted += layout.format().equals("opaque") ? 0 : 1;
      } catch (Exception | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError(
            target + ", seed " + seed + ", input " + i + ": " + Arrays.toString(input), e);
      }
    }
    return new Outcome(target, seed, inputs, past, accepted, mostAllocated);
  }

  private static void readExternal(byte[] input) throws IOException {
    try {
      List<ExternalTensor> tensors = FileFormats.externalTensors(new MemorySource(input));
      FileFormats.parseExternal(new MemorySource(input), tensors);
    } catch (MalformedInputException e) {
      // Declared: the file is no model, or points outside its folder.
    }
  }

  private static byte[] mutate(byte[] sound, List<byte[]> samples, SplittableRandom random) {
    byte[] bytes = sound.clone();
    int times = 1 + Math.min(random.nextInt(6), random.nextInt(6));
    for (int t = 0; t < times && bytes.length > 0; t++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(9)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0 : 0xff);
        case 3 -> bytes = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : bytes;
        case 4 -> bytes = splice(bytes, at, at + random.nextInt(9), new byte[0]);
        case 5 -> bytes = splice(bytes, at, at, random(random, 1 + random.nextInt(8)));
        case 6 -> bytes = splice(bytes, at, at, piece(bytes, random));
        case 7 -> bytes = splice(bytes, at, at, piece(pick(samples, random), random));
        default -> {
          // Numbers around the limits, little-endian, one to eight bytes wide.
          long value = 1L << random.nextInt(64);
          value += random.nextInt(3) - 1;
          int width = 1 << random.nextInt(4);
          for (int i = 0; i < width && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (value >>> (8 * i));
          }
        }
      }
    }
    return bytes;
  }

  private static byte[] pick(List<byte[]> from, SplittableRandom random) {
    return from.get(random.nextInt(from.size()));
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] insert) {
    int end = Math.min(to, bytes.length);
    byte[] result = new byte[bytes.length - (end - from) + insert.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(insert, 0, result, from, insert.length);
    System.arraycopy(bytes, end, result, from + insert.length, bytes.length - end);
    return result;
  }

  private static byte[] piece(byte[] bytes, SplittableRandom random) {
    int from = random.nextInt(bytes.length);
    return Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 1 + random.nextInt(32)));
  }

  private static byte[] random(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static long offset(String text, int from) {
    int to = from;
    while (to < text.length() && Character.isDigit(text.charAt(to))) {
      to++;
    }
    return to == from || to - from > 18 ? 0 : Long.parseLong(text.substring(from, to));
  }

  /** Arguments: inputs per target, seed. */
  public static void main(String[] args) {
    long inputs = Long.parseLong(args[0]);
    long seed = Long.parseLong(args[1]);
    for (Target target : Target.values()) {
      System.out.println(run(target, seed, inputs));
    }
  }
}
