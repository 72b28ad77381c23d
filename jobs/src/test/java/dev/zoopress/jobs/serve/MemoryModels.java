package dev.zoopress.jobs.serve;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.chunk.Chunk;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.codec.pack.FrameChunk;
import dev.zoopress.codec.pack.FramePacker;
import dev.zoopress.codec.pack.PackFrame;
import dev.zoopress.codec.pack.PackSource;
import dev.zoopress.codec.pack.PackSummary;
import dev.zoopress.codec.pack.PackWriter;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Models whose packs lie in memory; every other part is the real one. */
final class MemoryModels implements Catalog, PackSource {
  private final TreeMap<String, Snapshot> models = new TreeMap<>();
  private final Map<String, byte[]> packs = new HashMap<>();
  private final AtomicInteger opened = new AtomicInteger();

  void add(String model, String commit, Map<String, byte[]> files) throws Exception {
    List<FileEntry> entries = new ArrayList<>();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      entries.add(entry(file.getKey(), file.getValue()));
    }
    models.put(model, Snapshot.of(model, commit, new Manifest(entries)));
  }

  private FileEntry entry(String path, byte[] bytes) throws Exception {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
    sha1.update(
        ("blob " + bytes.length + "\0").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    List<SegmentEntry> segments = new ArrayList<>();
    if (bytes.length > 0) {
      segments.add(segment(bytes));
    }
    boolean lfs = bytes.length >= 1 << 20;
    String sha1Hex = lfs ? "" : HexFormat.of().formatHex(sha1.digest(bytes));
    String sha256Hex = HexFormat.of().formatHex(sha256.digest(bytes));
    return new FileEntry(path, bytes.length, sha256Hex, sha1Hex, lfs, "", "opaque", segments);
  }

  private SegmentEntry segment(byte[] bytes) throws Exception {
    FileLayout layout = FileLayout.opaque(bytes.length, "");
    Segment segment = layout.segments().get(0);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PackSummary summary;
    try (FramePacker packer = new FramePacker(Effort.FAST);
        PackWriter writer = new PackWriter(out)) {
      packer.begin(writer);
      for (Chunk chunk : Chunker.chunks(layout)) {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        sha.update(bytes, (int) chunk.offsetBytes(), chunk.lengthBytes());
        packer.add(
            ChunkId.of(sha.digest()),
            bytes,
            (int) chunk.offsetBytes(),
            chunk.lengthBytes(),
            chunk.shape());
      }
      packer.flush();
      summary = writer.finish();
    }
    packs.put(summary.id(), out.toByteArray());
    List<ChunkEntry> chunks = new ArrayList<>();
    for (PackFrame frame : summary.frames()) {
      for (FrameChunk chunk : frame.chunks()) {
        ChunkLocation at =
            new ChunkLocation(
                summary.id(),
                frame.offsetBytes(),
                frame.storedBytes(),
                frame.rawBytes(),
                chunk.offsetInFrame());
        chunks.add(new ChunkEntry(chunk.id(), chunk.lengthBytes(), at));
      }
    }
    return new SegmentEntry("", segment.dtype(), List.of(), bytes.length, chunks);
  }

  /** Flips a bit in the middle of every pack. */
  void damage() {
    packs.values().forEach(pack -> pack[pack.length / 2] ^= 1);
  }

  @Override
  public List<String> models() {
    return List.copyOf(models.keySet());
  }

  @Override
  public boolean exists(String model) {
    return models.containsKey(model);
  }

  @Override
  public Optional<Snapshot> find(String model, String revision) {
    Snapshot snapshot = models.get(model);
    boolean named =
        snapshot != null
            && (revision.equals("main")
                || revision.equals("HEAD")
                || revision.equals(snapshot.commit())
                || revision.equals("refs/pr/1"));
    return named ? Optional.of(snapshot) : Optional.empty();
  }

  @Override
  public Optional<Snapshot> findNow(String model, String revision) {
    return find(model, revision);
  }

  @Override
  public Map<String, String> refs(String model) {
    return Map.of("main", models.get(model).commit());
  }

  /** How many packs were opened so far. */
  int opened() {
    return opened.get();
  }

  @Override
  public ByteSource open(String packId) {
    opened.incrementAndGet();
    byte[] bytes = packs.get(packId);
    return new ByteSource() {
      @Override
      public String name() {
        return "pack " + packId;
      }

      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public void readFully(long positionBytes, byte[] target, int offset, int length)
          throws IOException {
        if (positionBytes + length > bytes.length) {
          throw new EOFException(name());
        }
        System.arraycopy(bytes, (int) positionBytes, target, offset, length);
      }
    };
  }
}
