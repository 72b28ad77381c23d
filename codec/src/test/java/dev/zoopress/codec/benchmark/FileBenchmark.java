package dev.zoopress.codec.benchmark;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.chunk.Chunk;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.format.FileFormats;
import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.frame.FrameDecoder;
import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.pack.FramePacker;
import dev.zoopress.codec.pack.PackSummary;
import dev.zoopress.codec.pack.PackWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One file in memory through the coder, one thread: {@code FileBenchmark FILE best|fast ROUNDS}.
 * Prints one JSON line: the whole pack's share of the file, and per round the seconds to encode and
 * to decode all frames, checksums on. Round 0 is the cold one.
 */
public final class FileBenchmark {
  private FileBenchmark() {}

  private record Frame(int start, int length, FrameShape shape) {}

  /** See the class. */
  public static void main(String[] args) throws Exception {
    Path path = Path.of(args[0]);
    Effort effort = Effort.valueOf(args[1].toUpperCase(Locale.ROOT));
    int rounds = Integer.parseInt(args[2]);
    byte[] file = Files.readAllBytes(path);
    FileLayout layout = FileFormats.parse(path.toString(), new Memory(path.toString(), file));

    List<Frame> frames = new ArrayList<>();
    byte[] bytes = gather(file, layout, frames);
    byte[] target = new byte[FrameEncoder.maxEncodedLength(FrameEncoder.MAX_FRAME_BYTES)];
    byte[] stored = new byte[bytes.length + bytes.length / 8 + (1 << 22)];
    byte[] back = new byte[bytes.length];
    int[] ends = new int[frames.size() + 1];
    double[] encode = new double[rounds];
    double[] decode = new double[rounds];
    try (FrameEncoder encoder = new FrameEncoder(effort);
        FrameDecoder decoder = new FrameDecoder()) {
      for (int round = 0; round < rounds; round++) {
        long start = System.nanoTime();
        for (int i = 0; i < frames.size(); i++) {
          Frame frame = frames.get(i);
          int length =
              encoder.encode(bytes, frame.start(), frame.length(), frame.shape(), target, 0);
          System.arraycopy(target, 0, stored, ends[i], length);
          ends[i + 1] = ends[i] + length;
        }
        encode[round] = (System.nanoTime() - start) / 1e9;
        start = System.nanoTime();
        for (int i = 0; i < frames.size(); i++) {
          Frame frame = frames.get(i);
          decoder.decode(
              "frame",
              0,
              stored,
              ends[i],
              ends[i + 1] - ends[i],
              back,
              frame.start(),
              frame.length());
        }
        decode[round] = (System.nanoTime() - start) / 1e9;
        if (!Arrays.equals(bytes, back)) {
          throw new IllegalStateException("round trip differs");
        }
        Arrays.fill(back, (byte) 0);
      }
    }
    long pack = packBytes(file, layout, effort);
    System.out.printf(
        Locale.ROOT,
        "{\"file\":\"%s\",\"effort\":\"%s\",\"bytes\":%d,\"stored\":%d,\"percent\":%.3f,\"encode\":%s,\"decode\":%s}%n",
        path.getFileName(),
        args[1],
        file.length,
        pack,
        100.0 * pack / file.length,
        Arrays.toString(encode),
        Arrays.toString(decode));
  }

  /** Lays the file's bytes out frame by frame, as {@link FramePacker} groups them. */
  private static byte[] gather(byte[] file, FileLayout layout, List<Frame> frames) {
    byte[] bytes = new byte[file.length];
    Map<dev.zoopress.codec.tensor.DType, List<Chunk>> small =
        new EnumMap<>(dev.zoopress.codec.tensor.DType.class);
    int at = 0;
    for (Chunk chunk : Chunker.chunks(layout)) {
      if (chunk.lengthBytes() >= FramePacker.ALONE_BYTES) {
        System.arraycopy(file, (int) chunk.offsetBytes(), bytes, at, chunk.lengthBytes());
        frames.add(new Frame(at, chunk.lengthBytes(), chunk.shape()));
        at += chunk.lengthBytes();
      } else {
        small.computeIfAbsent(chunk.shape().dtype(), d -> new ArrayList<>()).add(chunk);
      }
    }
    for (var entry : small.entrySet()) {
      int start = at;
      for (Chunk chunk : entry.getValue()) {
        if (at - start + chunk.lengthBytes() > FramePacker.SHARED_BYTES) {
          frames.add(new Frame(start, at - start, FrameShape.flat(entry.getKey())));
          start = at;
        }
        System.arraycopy(file, (int) chunk.offsetBytes(), bytes, at, chunk.lengthBytes());
        at += chunk.lengthBytes();
      }
      frames.add(new Frame(start, at - start, FrameShape.flat(entry.getKey())));
    }
    return bytes;
  }

  private static long packBytes(byte[] file, FileLayout layout, Effort effort) throws Exception {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    try (FramePacker packer = new FramePacker(effort);
        PackWriter writer = new PackWriter(OutputStream.nullOutputStream())) {
      packer.begin(writer);
      for (Chunk chunk : Chunker.chunks(layout)) {
        sha.update(file, (int) chunk.offsetBytes(), chunk.lengthBytes());
        ChunkId id = ChunkId.of(sha.digest());
        packer.add(id, file, (int) chunk.offsetBytes(), chunk.lengthBytes(), chunk.shape());
      }
      packer.flush();
      PackSummary summary = writer.finish();
      return summary.lengthBytes();
    }
  }

  private record Memory(String name, byte[] bytes) implements ByteSource {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public void readFully(long positionBytes, byte[] target, int offset, int length)
        throws IOException {
      if (positionBytes + length > bytes.length) {
        throw new java.io.EOFException(name);
      }
      System.arraycopy(bytes, (int) positionBytes, target, offset, length);
    }
  }
}
