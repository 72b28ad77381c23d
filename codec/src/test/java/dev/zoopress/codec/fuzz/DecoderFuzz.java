package dev.zoopress.codec.fuzz;

import com.sun.management.ThreadMXBean;
import dev.zoopress.codec.frame.FrameFuzz;
import dev.zoopress.codec.frame.FrameKind;
import dev.zoopress.codec.manifest.ManifestFuzz;
import dev.zoopress.codec.pack.PackFuzz;
import dev.zoopress.codec.zipnn.ZipnnFuzz;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Feeds the readers of our own formats, and that of ZipNN files, with damaged input behind sound
 * checksums: {@code DecoderFuzz INPUTS SEED [TARGET...]}. Ends at the first input that escapes.
 */
public final class DecoderFuzz {
  /** What a read may allocate per byte of input beyond {@link FuzzTarget#freeBytes}. */
  private static final long MAX_MULTIPLE = 300;

  private static final int WARM_UP = 2_000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private DecoderFuzz() {}

  /** What a run did. */
  public record Outcome(
      String target, long seed, long inputs, long pastHeader, long accepted, long mostAllocated) {
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

  static List<FuzzTarget> targets() throws IOException {
    List<FuzzTarget> targets = new ArrayList<>();
    for (FrameKind kind : FrameKind.values()) {
      if (kind != FrameKind.RAW) {
        targets.add(new FrameFuzz(kind));
      }
    }
    targets.add(new PackFuzz());
    targets.add(new ManifestFuzz());
    targets.add(new ZipnnFuzz());
    return targets;
  }

  static Outcome run(FuzzTarget target, long inputs, long seed) {
    Random random = new Random(seed);
    long thread = Thread.currentThread().getId();
    long most = 0;
    long past = 0;
    long accepted = 0;
    for (long i = 0; i < inputs; i++) {
      byte[] input = target.next(random);
      try {
        long before = THREADS.getThreadAllocatedBytes(thread);
        FuzzTarget.Reach reach = target.read(input);
        long allocated = THREADS.getThreadAllocatedBytes(thread) - before;
        most = i < WARM_UP ? 0 : Math.max(most, allocated);
        if (i >= WARM_UP && allocated > target.freeBytes() + MAX_MULTIPLE * input.length) {
          throw new IllegalStateException(allocated + " bytes allocated");
        }
        past += reach == FuzzTarget.Reach.HEADER ? 0 : 1;
        accepted += reach == FuzzTarget.Reach.ACCEPTED ? 1 : 0;
      } catch (Exception | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError(
            "%s, seed %d, input %d: %s"
                .formatted(target.name(), seed, i, HexFormat.of().formatHex(input)),
            e);
      }
    }
    return new Outcome(target.name(), seed, inputs, past, accepted, most);
  }

  /** See the class. */
  public static void main(String[] args) throws IOException {
    List<String> chosen = List.of(args).subList(2, args.length);
    for (FuzzTarget target : targets()) {
      try (target) {
        if (chosen.isEmpty() || chosen.contains(target.name())) {
          System.out.println(run(target, Long.parseLong(args[0]), Long.parseLong(args[1])));
        }
      }
    }
  }
}
