package dev.zoopress.jobs;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.codec.pack.FrameChunk;
import dev.zoopress.codec.pack.FramePacker;
import dev.zoopress.codec.pack.PackFrame;
import dev.zoopress.codec.pack.PackSummary;
import dev.zoopress.codec.pack.PackWriter;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Publication;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;

/** A repository filled by hand, so that what reads stores is tested without the compress job. */
public final class SmallStore implements AutoCloseable {
  private final ObjectStore store;
  private final Repository repository;
  private final int chunkBytes;

  public SmallStore(Path folder, int chunkBytes) throws IOException {
    this.store = Stores.open(folder.toString(), new Configuration());
    this.repository = Repository.create(store);
    this.chunkBytes = chunkBytes;
  }

  public Repository repository() {
    return repository;
  }

  /** Stores files as opaque bytes in one pack and publishes them; the revision is {@code main}. */
  public String add(String model, String revision, Map<String, byte[]> files) throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    Map<ChunkId, ChunkLocation> places = pack(files);
    files.forEach((path, bytes) -> entries.add(entry(path, bytes, places)));
    return publish(model, revision, new Manifest(entries));
  }

  public String publish(String model, String revision, Manifest manifest) throws IOException {
    Run run = Run.of(repository, "test-" + UUID.randomUUID());
    String id = repository.putManifest(run, manifest);
    run.beginPublishing();
    Pointer pointer =
        new Pointer(model, revision, 1, id, manifest.files().size(), manifest.sourceBytes());
    if (repository.publish(pointer) != Publication.DONE) {
      throw new IOException("not published");
    }
    repository.setRef(model, "main", revision);
    run.finish();
    return id;
  }

  private Map<ChunkId, ChunkLocation> pack(Map<String, byte[]> files) throws IOException {
    Path spooled = Files.createTempFile(store.spoolDirectory(), "pack", "");
    PackSummary summary;
    try (OutputStream out = Files.newOutputStream(spooled);
        PackWriter writer = new PackWriter(out);
        FramePacker packer = new FramePacker(Effort.FAST)) {
      packer.begin(writer);
      for (byte[] bytes : files.values()) {
        for (int at = 0; at < bytes.length; at += chunkBytes) {
          int length = Math.min(chunkBytes, bytes.length - at);
          packer.add(id(bytes, at, length), bytes, at, length, FrameShape.flat(DType.OPAQUE));
        }
      }
      packer.flush();
      summary = writer.finish();
    }
    Run run = Run.of(repository, "test-" + UUID.randomUUID());
    repository.putPack(run, summary.id(), spooled);
    run.beginPublishing();
    run.finish();
    Map<ChunkId, ChunkLocation> places = new HashMap<>();
    for (PackFrame frame : summary.frames()) {
      for (FrameChunk chunk : frame.chunks()) {
        places.put(
            chunk.id(),
            new ChunkLocation(
                summary.id(),
                frame.offsetBytes(),
                frame.storedBytes(),
                frame.rawBytes(),
                chunk.offsetInFrame()));
      }
    }
    return places;
  }

  private static ChunkId id(byte[] bytes, int from, int length) {
    return ChunkId.of(digest("SHA-256", Arrays.copyOfRange(bytes, from, from + length)));
  }

  private FileEntry entry(String path, byte[] bytes, Map<ChunkId, ChunkLocation> places) {
    List<ChunkEntry> chunks = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += chunkBytes) {
      int length = Math.min(chunkBytes, bytes.length - at);
      ChunkId id = id(bytes, at, length);
      chunks.add(new ChunkEntry(id, length, places.get(id)));
    }
    List<SegmentEntry> segments =
        bytes.length == 0
            ? List.of()
            : List.of(new SegmentEntry("", DType.OPAQUE, List.of(), bytes.length, chunks));
    return new FileEntry(
        path,
        bytes.length,
        sha256(bytes),
        gitSha1(bytes),
        bytes.length > 1000,
        "",
        "opaque",
        segments);
  }

  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(digest("SHA-256", bytes));
  }

  public static String gitSha1(byte[] bytes) {
    byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(head, head.length + bytes.length);
    System.arraycopy(bytes, 0, all, head.length, bytes.length);
    return HexFormat.of().formatHex(digest("SHA-1", all));
  }

  private static byte[] digest(String name, byte[] bytes) {
    try {
      return MessageDigest.getInstance(name).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
