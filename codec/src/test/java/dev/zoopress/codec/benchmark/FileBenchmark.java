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
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One file in memory through the coder: {@code FileBenchmark FILE best|fast ROUNDS [THREADS]}.
 * Prints one JSON line: the whole pack's share of the file, and per round the seconds to encode and
 * to decode all frames, checksums on. Round 0 is the cold one.
 */
public final class FileBenchmark {
  private FileBenchmark() {}

  /** What a frame may be longer than its raw bytes. */
  private static final int ROOM = 4096;

  private record Frame(int start, int length, FrameShape shape) {}

  private record Worker(FrameEncoder encoder, FrameDecoder decoder, byte[] target) {
    Worker(FrameEncoder encoder, FrameDecoder decoder) {
      this(encoder, decoder, new byte[FrameEncoder.maxEncodedLength(FrameEncoder.MAX_FRAME_BYTES)]);
    }
  }

  private interface Step {
    void run(Worker worker, int frame) throws IOException;
  }

  /** Workers that take frames one after the other; one worker runs on the caller's thread. */
  private record Threads(List<Worker> workers) implements AutoCloseable {
    double run(int frames, Step step) throws Exception {
      long start = System.nanoTime();
      AtomicInteger next = new AtomicInteger();
      List<FutureTask<Void>> tasks = new ArrayList<>();
      for (Worker worker : workers) {
        tasks.add(
            new FutureTask<>(
                () -> {
                  for (int i = next.getAndIncrement(); i < frames; i = next.getAndIncrement()) {
                    step.run(worker, i);
                  }
                  return null;
                }));
      }
      tasks.subList(1, tasks.size()).forEach(task -> new Thread(task).start());
      tasks.get(0).run();
      for (FutureTask<Void> task : tasks) {
        task.get();
      }
      return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() {
      for (Worker worker : workers) {
        worker.encoder().close();
        worker.decoder().close();
      }
    }
  }

  /** See the class. */
  public static void main(String[] args) throws Exception {
    Path path = Path.of(args[0]);
    Effort effort = Effort.valueOf(args[1].toUpperCase(Locale.ROOT));
    int rounds = Integer.parseInt(args[2]);
    int threads = args.length > 3 ? Integer.parseInt(args[3]) : 1;
    byte[] file = Files.readAllBytes(path);
    FileLayout layout = FileFormats.parse(path.toString(), new Memory(path.toString(), file));

    List<Frame> frames = new ArrayList<>();
    byte[] bytes = gather(file, layout, frames);
    byte[] stored = new byte[bytes.length + ROOM * frames.size()];
    byte[] back = new byte[bytes.length];
    int[] lengths = new int[frames.size()];
    double[] encode = new double[rounds];
    double[] decode = new double[rounds];
    List<Worker> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      workers.add(new Worker(new FrameEncoder(effort), new FrameDecoder()));
    }
    try (Threads pool = new Threads(workers)) {
      for (int round = 0; round < rounds; round++) {
        encode[round] =
            pool.run(
                frames.size(),
                (worker, i) -> {
                  Frame frame = frames.get(i);
                  byte[] target = worker.target();
                  lengths[i] =
                      worker
                          .encoder()
                          .encode(bytes, frame.start(), frame.length(), frame.shape(), target, 0);
                  System.arraycopy(target, 0, stored, frame.start() + ROOM * i, lengths[i]);
                });
        decode[round] =
            pool.run(
                frames.size(),
                (worker, i) -> {
                  Frame frame = frames.get(i);
                  int at = frame.start() + ROOM * i;
                  worker
                      .decoder()
                      .decode(
                          "frame", 0, stored, at, lengths[i], back, frame.start(), frame.length());
                });
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
