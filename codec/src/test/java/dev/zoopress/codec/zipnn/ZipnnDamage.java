package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.zipnn.ZipnnSafetensors.Extra;
import dev.zoopress.codec.zipnn.ZipnnTensors.Plain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Damages ZipNN files of every form and reads them all the ways there are: {@code ZipnnDamage
 * INPUTS SEED}. Fails if anything but a declared error escapes, if a file that carries its
 * original's digest decodes to others bytes unnoticed, or if what a store would keep of a file does
 * not give it again.
 */
public final class ZipnnDamage {
  private static final Path FOLDER = Path.of("src/test/resources/zipnn");
  private static final int[] LENGTH_FIELDS = {16, 24};

  private final List<Sample> samples = new ArrayList<>();
  private final Random random;
  private final Map<Kind, Map<Outcome, Integer>> counts = new EnumMap<>(Kind.class);

  /** How an input is damaged. */
  enum Kind {
    FLIP,
    TRUNCATION,
    FORGED_LENGTH
  }

  /** What reading it came to. */
  enum Outcome {
    REFUSED,
    /** Decoded to the bytes that the sound file holds. */
    HARMLESS,
    /** Decoded to others; the format has no checksum that would tell. */
    UNKNOWABLE
  }

  /**
   * A sound file.
   *
   * @param base of a delta, else null
   * @param raw what it decodes to
   * @param checked whether it carries the digest of what it decodes to
   */
  private record Sample(String name, byte[] file, byte[] base, byte[] raw, boolean checked) {}

  ZipnnDamage(long seed, Path scratch) throws IOException {
    this.random = new Random(seed);
    List<Path> files;
    try (Stream<Path> found = Files.list(FOLDER)) {
      files = found.filter(p -> p.getFileName().toString().contains(".znn")).sorted().toList();
    }
    for (Path path : files) {
      String name = path.getFileName().toString();
      Path base = FOLDER.resolve(name.replace(".znn", ".base"));
      byte[] file = Files.readAllBytes(path);
      byte[] against = Files.exists(base) ? Files.readAllBytes(base) : null;
      samples.add(new Sample(name, file, against, decode(name, file, against), false));
    }
    Path plain = FOLDER.resolve("listed.safetensors");
    Path ours = scratch.resolve("ours.znn.safetensors");
    ZipnnSafetensors.encode(
        new MemorySource("plain", Files.readAllBytes(plain)),
        ours,
        scratch.resolve("scratch"),
        Extra.ORIGINAL);
    for (int i = 0; i < samples.size() / 3; i++) {
      samples.add(
          new Sample(
              "ours.znn.safetensors",
              Files.readAllBytes(ours),
              null,
              Files.readAllBytes(plain),
              true));
    }
    for (Kind kind : Kind.values()) {
      counts.put(kind, new EnumMap<>(Outcome.class));
    }
  }

  Map<Kind, Map<Outcome, Integer>> counts() {
    return counts;
  }

  void run(int inputs) throws IOException {
    for (int i = 0; i < inputs; i++) {
      Kind kind = Kind.values()[i % Kind.values().length];
      Sample sample = samples.get(random.nextInt(samples.size()));
      byte[] bad = damaged(kind, sample.file());
      try {
        counts.get(kind).merge(outcome(sample, bad), 1, Integer::sum);
        kept(sample.name(), bad);
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError(
            "input %d, %s of %s: %s".formatted(i, kind, sample.name(), Arrays.toString(bad)), e);
      }
    }
  }

  private byte[] damaged(Kind kind, byte[] file) {
    byte[] bad = file.clone();
    switch (kind) {
      case FLIP -> bad[place(bad)] ^= (byte) (1 << random.nextInt(8));
      case TRUNCATION -> bad = Arrays.copyOf(bad, random.nextInt(bad.length));
      case FORGED_LENGTH -> forge(bad);
    }
    return bad;
  }

  /** Half the flips hit what stands before the payload. */
  private int place(byte[] file) {
    return random.nextBoolean()
        ? random.nextInt(Math.min(300, file.length))
        : random.nextInt(file.length);
  }

  /** A length of a segment, a total of its table, or the header's length of a container. */
  private void forge(byte[] file) {
    List<Integer> segments = new ArrayList<>();
    for (int i = 0; i + ZipnnHeader.FIXED_BYTES <= file.length; i++) {
      if (file[i] == 'Z' && file[i + 1] == 'N' && file[i + 2] == 0 && file[i + 3] == 5) {
        segments.add(i);
      }
    }
    int segment = segments.get(random.nextInt(segments.size()));
    int at =
        switch (random.nextInt(4)) {
          case 0 -> segment == 0 ? LENGTH_FIELDS[0] : 0;
          case 1, 2 -> segment + LENGTH_FIELDS[random.nextInt(2)];
          default -> segment + 32 + random.nextInt(40);
        };
    ByteBuffer view = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    at = Math.min(at, file.length - 8);
    long was = view.getLong(at);
    view.putLong(
        at,
        switch (random.nextInt(6)) {
          case 0 -> Long.MAX_VALUE;
          case 1 -> -1;
          case 2 -> was + random.nextInt(9) - 4;
          case 3 -> 1L << random.nextInt(63);
          case 4 -> was << random.nextInt(16);
          default -> random.nextLong();
        });
  }

  private Outcome outcome(Sample sample, byte[] bad) throws IOException {
    byte[] raw;
    try {
      raw = decode(sample.name(), bad, sample.base());
    } catch (MalformedInputException | IntegrityException e) {
      return Outcome.REFUSED;
    }
    if (Arrays.equals(raw, sample.raw())) {
      return Outcome.HARMLESS;
    }
    if (sample.checked() && exact(bad)) {
      throw new IllegalStateException("other bytes passed as the original's");
    }
    return Outcome.UNKNOWABLE;
  }

  /** Whether the reader says that these are the original's bytes. */
  private static boolean exact(byte[] bad) throws IOException {
    return ZipnnTensors.decode(
            new MemorySource("bad", bad), java.io.OutputStream.nullOutputStream(), Plain.KEEP)
        .exact();
  }

  private static byte[] decode(String name, byte[] file, byte[] base) throws IOException {
    // A length may be forged to that of a gigabyte of zeros, which is what the file then holds.
    Bounded out = new Bounded(64 << 20);
    MemorySource source = new MemorySource(name, file);
    if (name.endsWith(".safetensors")) {
      ZipnnTensors.decode(source, out, Plain.KEEP);
    } else {
      MemorySource against = base == null ? null : new MemorySource("base", base);
      new ZipnnReader(source, against).decode(out);
    }
    return out.toByteArray();
  }

  /** What a store would keep must give the file, damage and all. */
  private static void kept(String name, byte[] bad) throws IOException {
    MemorySource source = new MemorySource(name, bad);
    Optional<UnfoldedSource> unfolded = UnfoldedSource.of(source);
    if (unfolded.isEmpty() || unfolded.get().size() > 64 << 20 || !unfolded.get().isExact()) {
      return;
    }
    byte[] content = new byte[(int) unfolded.get().size()];
    unfolded.get().readFully(0, content, 0, content.length);
    unfolded.get().layout(name);
    byte[] back = new byte[bad.length];
    try (FoldedSource again =
        new FoldedSource(name, bad.length, new MemorySource("content", content))) {
      again.readFully(0, back, 0, back.length);
    } catch (CorruptContainerException e) {
      throw new IllegalStateException("what was kept does not read", e);
    }
    if (!Arrays.equals(back, bad)) {
      throw new IllegalStateException("what was kept gives another file");
    }
  }

  private static final class Bounded extends ByteArrayOutputStream {
    private final int most;

    Bounded(int most) {
      this.most = most;
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      if (size() + length <= most) {
        super.write(bytes, offset, length);
      }
    }
  }

  /** See the class. */
  public static void main(String[] args) throws IOException {
    Path scratch = Files.createTempDirectory("zipnn-damage");
    int inputs = Integer.parseInt(args[0]);
    ZipnnDamage damage = new ZipnnDamage(Long.parseLong(args[1]), scratch);
    damage.run(inputs);
    System.out.printf(
        Locale.ROOT,
        "%d inputs, seed %s, heap of %d MiB%n",
        inputs,
        args[1],
        Runtime.getRuntime().maxMemory() >> 20);
    damage.counts().forEach((kind, outcomes) -> System.out.println(kind + " " + outcomes));
  }
}
