package dev.zoopress.codec.pack;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.chunk.Chunk;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.format.FileFormats;
import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.ManifestFormat;
import dev.zoopress.codec.manifest.SegmentEntry;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Packs one file: this thread reads and hashes the file, others hash chunks and code frames, and
 * this one appends them in file order.
 */
final class FilePacker implements Closeable {
  /** A frame on its way: its raw bytes, the coder that works on it, and what comes out. */
  private static final class Slot implements Closeable {
    private final FrameCoder coder;
    private byte[] raw = {};
    private int length;
    private int stored;
    private FrameShape shape;
    private List<FrameChunk> chunks;
    private int chunkIndex;

    Slot(Effort effort) {
      coder = new FrameCoder(effort);
    }

    byte[] raw(int atLeast) {
      if (raw.length < atLeast) {
        raw = new byte[atLeast];
      }
      return raw;
    }

    @Override
    public void close() {
      coder.close();
    }
  }

  private final ByteSource source;
  private final MessageDigest sha256 = Digests.sha256();
  private final PackWriter pack;
  private final Ordered<Slot> coders;
  private final Effort effort;
  private final LongConsumer progress;
  private final FrameGrouper grouper = new FrameGrouper(this::submitGroup);
  private final List<Slot> slots = new ArrayList<>();
  private final ArrayDeque<Slot> free = new ArrayDeque<>();
  private final List<ChunkId> ids = new ArrayList<>();
  private final Set<ChunkId> small = new HashSet<>();
  private final Map<ChunkId, ChunkLocation> stored = new HashMap<>();

  FilePacker(ByteSource source, OutputStream out, Effort effort, int threads, LongConsumer progress)
      throws IOException {
    this.source = source;
    this.effort = effort;
    this.progress = progress;
    this.coders = new Ordered<>(threads, this::append);
    this.pack = new PackWriter(out);
  }

  FilePackInfo pack(String path) throws IOException {
    FileLayout layout = FileFormats.parse(path, source);
    long done = 0;
    for (Chunk chunk : Chunker.chunks(layout)) {
      add(chunk);
      done += chunk.lengthBytes();
      progress.accept(done);
    }
    grouper.flush();
    coders.drain();
    String digest = Digests.hex(sha256);
    List<SegmentEntry> segments = segments(layout);
    FileEntry file =
        new FileEntry(path, source.size(), digest, "", false, "", layout.format(), segments);
    PackSummary summary = pack.finish(ManifestFormat.encode(new Manifest(List.of(file))));
    return new FilePackInfo(file, summary.lengthBytes(), summary.frames(), layout.warning());
  }

  private void add(Chunk chunk) throws IOException {
    int length = chunk.lengthBytes();
    Slot slot = slot();
    byte[] raw = slot.raw(length);
    source.readFully(chunk.offsetBytes(), raw, 0, length);
    slot.chunkIndex = ids.size();
    if (length >= FramePacker.ALONE_BYTES) {
      ids.add(null);
      slot.length = length;
      slot.shape = chunk.shape();
      coders.submit(() -> code(slot));
      Digests.update(sha256, raw, 0, length);
      return;
    }
    ChunkId id = ChunkId.of(Digests.sha256(raw, 0, length));
    ids.add(id);
    Digests.update(sha256, raw, 0, length);
    if (small.add(id)) {
      grouper.add(id, chunk.shape(), raw, 0, length);
    }
    free.push(slot);
  }

  private Slot slot() throws IOException {
    coders.awaitRoom();
    Slot slot = free.poll();
    if (slot == null) {
      slot = new Slot(effort);
      slots.add(slot);
    }
    return slot;
  }

  private void submitGroup(
      byte[] raw, int offset, int length, FrameShape shape, List<FrameChunk> chunks)
      throws IOException {
    Slot slot = slot();
    System.arraycopy(raw, offset, slot.raw(length), 0, length);
    slot.length = length;
    slot.shape = shape;
    slot.chunks = chunks;
    coders.submit(() -> code(slot));
  }

  /** Runs on a coder's thread. */
  private Slot code(Slot slot) throws IOException {
    if (slot.chunks == null) {
      ChunkId id = ChunkId.of(Digests.sha256(slot.raw, 0, slot.length));
      slot.chunks = List.of(new FrameChunk(id, 0, slot.length));
    }
    String what = source.name() + ": chunk " + slot.chunks.get(0).id().hex();
    slot.stored = slot.coder.encode(what, slot.raw, 0, slot.length, slot.shape, null);
    return slot;
  }

  private void append(Slot slot) throws IOException {
    ChunkId first = slot.chunks.get(0).id();
    boolean alone = slot.length >= FramePacker.ALONE_BYTES && slot.chunks.size() == 1;
    if (alone) {
      ids.set(slot.chunkIndex, first);
    }
    if (!stored.containsKey(first)) {
      long at =
          pack.appendFrame(
              slot.coder.encoded(), 0, slot.stored, slot.length, slot.shape.dtype(), slot.chunks);
      for (FrameChunk chunk : slot.chunks) {
        stored.put(
            chunk.id(),
            new ChunkLocation(
                ChunkLocation.THIS_PACK, at, slot.stored, slot.length, chunk.offsetInFrame()));
      }
    }
    slot.chunks = null;
    free.push(slot);
  }

  private List<SegmentEntry> segments(FileLayout layout) {
    List<List<ChunkEntry>> chunks = new ArrayList<>();
    layout.segments().forEach(segment -> chunks.add(new ArrayList<>()));
    int index = 0;
    for (Chunk chunk : Chunker.chunks(layout)) {
      ChunkId id = ids.get(index++);
      chunks.get(chunk.segmentIndex()).add(new ChunkEntry(id, chunk.lengthBytes(), stored.get(id)));
    }
    List<SegmentEntry> entries = new ArrayList<>();
    for (int i = 0; i < chunks.size(); i++) {
      Segment segment = layout.segments().get(i);
      entries.add(
          new SegmentEntry(
              segment.name(),
              segment.dtype(),
              segment.shape(),
              segment.lengthBytes(),
              chunks.get(i)));
    }
    return entries;
  }

  /** Does not close the stream that is written to. */
  @Override
  public void close() {
    coders.close();
    slots.forEach(Slot::close);
  }
}
