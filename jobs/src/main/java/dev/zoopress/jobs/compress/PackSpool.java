package dev.zoopress.jobs.compress;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.pack.FrameChunk;
import dev.zoopress.codec.pack.FramePacker;
import dev.zoopress.codec.pack.PackFrame;
import dev.zoopress.codec.pack.PackSummary;
import dev.zoopress.codec.pack.PackWriter;
import dev.zoopress.jobs.compress.StageClock.Stage;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the packs of one unit: spooled on local disk, cut at 256 MiB of stored bytes, put into the
 * store under the name of their content. Not thread-safe.
 */
public final class PackSpool implements Closeable {
  private static final long CUT_BYTES = 256L << 20;

  private final Repository repository;
  private final Run run;
  private final StageClock clock;
  private final FramePacker packer;
  private final List<UnitRecord.PackRow> packs = new ArrayList<>();
  private final Map<String, ByteShare> storedByDtype = new TreeMap<>();
  private final ChunkSink sink;
  private ByteShare delta = new ByteShare(0, 0);
  private ByteShare entropy = new ByteShare(0, 0);
  private ByteShare raw = new ByteShare(0, 0);
  private Path file;
  private PackWriter writer;

  /** Learns where chunks went, once their pack is in the store. */
  @FunctionalInterface
  public interface ChunkSink {
    void stored(String pack, PackFrame frame, FrameChunk chunk) throws IOException;
  }

  public PackSpool(
      Repository repository, Run run, Effort effort, StageClock clock, ChunkSink sink) {
    this.repository = repository;
    this.run = run;
    this.clock = clock;
    this.packer = new FramePacker(effort);
    this.sink = sink;
  }

  public void add(ChunkId id, byte[] bytes, int offset, int length, FrameShape shape)
      throws IOException {
    open();
    timed(() -> packer.add(id, bytes, offset, length, shape));
    cut();
  }

  /** Adds a chunk that may stand on {@code predicted}; tells whether it does. */
  public boolean add(
      ChunkId id,
      byte[] bytes,
      int offset,
      int length,
      FrameShape shape,
      byte[] predicted,
      List<ChunkId> bases)
      throws IOException {
    open();
    boolean[] stands = new boolean[1];
    timed(() -> stands[0] = packer.add(id, bytes, offset, length, shape, predicted, bases));
    return stands[0];
  }

  private void open() throws IOException {
    if (writer == null) {
      file = Files.createTempFile(repository.store().spoolDirectory(), "pack-", ".tmp");
      writer = new PackWriter(new BufferedOutputStream(new SpoolFile(file), 1 << 16));
      packer.begin(writer);
    }
  }

  /** Ends the pack where it is long enough; the chunks' rows are made then. */
  public void cut() throws IOException {
    if (writer != null && writer.lengthBytes() >= CUT_BYTES) {
      finish();
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private void timed(Work work) throws IOException {
    long start = System.nanoTime();
    long encode = packer.encodeNanos();
    long verify = packer.verifyNanos();
    work.run();
    encode = packer.encodeNanos() - encode;
    verify = packer.verifyNanos() - verify;
    clock.add(Stage.ENCODE, encode);
    clock.add(Stage.VERIFY, verify);
    clock.add(Stage.WRITE, System.nanoTime() - start - encode - verify);
  }

  /** Ends the pack that is open, if any. */
  public void finish() throws IOException {
    if (writer == null) {
      return;
    }
    timed(packer::flush);
    long start = System.nanoTime();
    PackSummary summary = writer.finish();
    writer.close();
    writer = null;
    start = clock.lap(Stage.WRITE, start);
    repository.putPack(run, summary.id(), file);
    Files.deleteIfExists(file);
    file = null;
    clock.lap(Stage.PUT, start);
    packs.add(new UnitRecord.PackRow(summary.id(), summary.lengthBytes()));
    for (PackFrame frame : summary.frames()) {
      account(frame);
      for (FrameChunk chunk : frame.chunks()) {
        sink.stored(summary.id(), frame, chunk);
      }
    }
  }

  private void account(PackFrame frame) {
    ByteShare share = new ByteShare(frame.rawBytes(), frame.storedBytes());
    storedByDtype.merge(
        frame.dtype().name(), new ByteShare(0, frame.storedBytes()), ByteShare::plus);
    if (!frame.bases().isEmpty()) {
      delta = delta.plus(share);
    } else if (frame.storedBytes() < frame.rawBytes()) {
      entropy = entropy.plus(share);
    } else {
      raw = raw.plus(share);
    }
  }

  public List<UnitRecord.PackRow> packs() {
    return packs;
  }

  Map<String, ByteShare> storedByDtype() {
    return storedByDtype;
  }

  ByteShare delta() {
    return delta;
  }

  ByteShare entropy() {
    return entropy;
  }

  ByteShare raw() {
    return raw;
  }

  @Override
  public void close() throws IOException {
    packer.close();
    if (writer != null) {
      writer.close();
    }
    if (file != null) {
      Files.deleteIfExists(file);
    }
  }
}
