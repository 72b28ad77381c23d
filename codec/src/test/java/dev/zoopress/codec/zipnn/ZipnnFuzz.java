package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.fuzz.FuzzTarget;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** ZipNN files of every type with bytes forged; much of the damage goes to header and tables. */
public final class ZipnnFuzz implements FuzzTarget {
  private static final int MOST_BYTES = 40_000;

  private final List<byte[]> samples = new ArrayList<>();
  private long chunkBytes;

  public ZipnnFuzz() throws IOException {
    try (var files = Files.newDirectoryStream(Path.of("src/test/resources/zipnn"), "*.znn")) {
      for (Path file : files) {
        if (Files.size(file) <= MOST_BYTES) {
          samples.add(Files.readAllBytes(file));
        }
      }
    }
    samples.sort(Arrays::compare);
  }

  @Override
  public String name() {
    return "zipnn";
  }

  /** A chunk of each segment, as large as its header says, and its groups. */
  @Override
  public long freeBytes() {
    return (1 << 20) + 3 * chunkBytes;
  }

  @Override
  public byte[] next(Random random) {
    byte[] bad = samples.get(random.nextInt(samples.size())).clone();
    int header = ZipnnHeader.FIXED_BYTES;
    int place = random.nextInt(8);
    int from = place == 0 ? 0 : Math.min(header, bad.length - 1);
    int to =
        place == 0
            ? Math.min(bad.length, header)
            : place < 5 ? Math.min(bad.length, header + 300) : bad.length;
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int at = from + random.nextInt(Math.max(1, to - from));
      bad[at] = (byte) (random.nextBoolean() ? random.nextInt() : bad[at] ^ 1 << random.nextInt(8));
    }
    return random.nextInt(12) == 0 ? Arrays.copyOf(bad, random.nextInt(bad.length)) : bad;
  }

  @Override
  public Reach read(byte[] input) throws IOException {
    MemorySource source = new MemorySource("fuzz.znn", input);
    chunkBytes = 0;
    long offset = 0;
    try {
      do {
        ZipnnHeader header = ZipnnHeader.read(source, offset);
        chunkBytes += Math.min(header.chunkBytes(), header.rawBytes());
        offset += header.segmentBytes();
      } while (offset < input.length);
    } catch (MalformedInputException e) {
      if (offset == 0) {
        return Reach.HEADER;
      }
    }
    try {
      new ZipnnReader(source).decode(OutputStream.nullOutputStream());
      return Reach.ACCEPTED;
    } catch (MalformedInputException e) {
      return Reach.REFUSED;
    }
  }
}
