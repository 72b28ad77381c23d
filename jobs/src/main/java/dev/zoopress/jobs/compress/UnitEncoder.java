package dev.zoopress.jobs.compress;

import dev.zoopress.codec.chunk.Chunk;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.pack.FrameSource;
import dev.zoopress.jobs.compress.ContentReader.SourceFailure;
import dev.zoopress.jobs.compress.StageClock.Stage;
import dev.zoopress.jobs.compress.UnitRecord.ContentResult;
import dev.zoopress.jobs.compress.UnitRecord.SegmentPart;
import dev.zoopress.jobs.compress.UnitRecord.StoredChunk;
import dev.zoopress.jobs.delta.BaseText;
import dev.zoopress.jobs.delta.Planned;
import dev.zoopress.jobs.plan.Hints;
import dev.zoopress.jobs.plan.Leaders.Follower;
import dev.zoopress.jobs.plan.PlannedContent;
import dev.zoopress.jobs.plan.Units.Kind;
import dev.zoopress.jobs.plan.Units.Unit;
import dev.zoopress.jobs.source.SourceFile;
import dev.zoopress.jobs.source.SourceTree;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Reads the contents of one unit and stores the chunks that it leads. Not thread-safe. */
final class UnitEncoder {
  private final Unit unit;
  private final Map<Follower, Planned> planned;
  private final FrameSource bases;
  private final SourceTree source;
  private final PackSpool spool;
  private final ContentReader reader;
  private final StageClock clock;
  private final Hints hints = new Hints();
  private final Map<ChunkId, Owner> owners = new HashMap<>();
  private final Map<String, ByteShare> sourceByDtype = new TreeMap<>();
  private byte[] predicted = {};
  private long duplicateBytes;
  private long sourceBytes;
  private long chunks;

  private record Owner(
      int slice, int model, int lengthBytes, Hints.Hint hint, String base, long basePosition) {}

  UnitEncoder(
      Unit unit,
      Map<Follower, Planned> planned,
      FrameSource bases,
      SourceTree source,
      PackSpool spool,
      ContentReader reader,
      StageClock clock) {
    this.unit = unit;
    this.planned = planned;
    this.bases = bases;
    this.source = source;
    this.spool = spool;
    this.reader = reader;
    this.clock = clock;
  }

  long duplicateBytes() {
    return duplicateBytes;
  }

  Map<String, ByteShare> sourceByDtype() {
    return sourceByDtype;
  }

  long sourceBytes() {
    return sourceBytes;
  }

  long chunks() {
    return chunks;
  }

  /** Reads one content; what is wrong with the source is part of the answer. */
  ContentResult encode(PlannedContent content) throws IOException {
    try (SourceFile file = open(content)) {
      return encode(content, file);
    } catch (SourceFailure e) {
      return failed(content, e.getMessage());
    }
  }

  private SourceFile open(PlannedContent content) throws SourceFailure {
    try {
      return source.openUnfolded(content.content());
    } catch (IOException e) {
      throw new SourceFailure(e);
    }
  }

  private ContentResult encode(PlannedContent content, SourceFile file) throws IOException {
    List<MessageDigest> digests = new ArrayList<>();
    if (unit.kind() == Kind.CONTENTS || unit.kind() == Kind.HASH) {
      digests.add(Digests.sha256());
      if (!content.content().lfs()) {
        digests.add(Digests.gitBlob(file.original().size()));
      }
    }
    FileLayout layout = layout(content, file);
    Map<Integer, SegmentBuilder> parts = new HashMap<>();
    boolean unfolded = file.original() != file;
    if (unit.kind() == Kind.HASH || (unfolded && !digests.isEmpty())) {
      reader.hash(file.original(), digests);
    }
    if (unit.kind() != Kind.HASH) {
      Unit.Stretch own = unit.stretch(file.size());
      reader.read(
          file,
          new Filtered(Chunker.chunks(layout).iterator(), c -> here(content, c, own)),
          unfolded ? List.of() : digests,
          (chunk, id, bytes, offset) -> {
            parts
                .computeIfAbsent(chunk.segmentIndex(), s -> new SegmentBuilder(chunk.offsetBytes()))
                .add(id, chunk.lengthBytes());
            store(content, chunk, id, bytes, offset);
          });
    }
    try {
      file.checkUnchanged();
    } catch (IOException e) {
      throw new SourceFailure(e);
    }
    return result(content, layout, parts, digests);
  }

  private FileLayout layout(PlannedContent content, SourceFile file) throws SourceFailure {
    long start = System.nanoTime();
    try {
      return file.layout(content.content().path());
    } catch (IOException e) {
      throw new SourceFailure(e);
    } finally {
      clock.lap(Stage.PLAN, start);
    }
  }

  private void store(PlannedContent content, Chunk chunk, ChunkId id, byte[] bytes, int offset)
      throws IOException {
    int length = chunk.lengthBytes();
    Planned plan = planned(content, chunk);
    boolean again = unit.kind() == Kind.CHUNKS;
    if (!again) {
      chunks++;
      sourceBytes += length;
      sourceByDtype.merge(chunk.shape().dtype().name(), new ByteShare(length, 0), ByteShare::plus);
    }
    Base base = plan == null ? null : BaseText.read(plan.base());
    if (owners.containsKey(id) || (!again && plan != null && base == null)) {
      duplicateBytes += again ? 0 : length;
      return;
    }
    // The first wave took it for a duplicate.
    duplicateBytes -= again ? length : 0;
    Hints.Hint hint =
        length >= Hints.MIN_CHUNK_BYTES ? hints.of(bytes, offset, length) : new Hints.Hint(0, 0);
    if (base == null) {
      owners.put(id, new Owner(content.slice(), content.model(), length, hint, "", 0));
      spool.add(id, bytes, offset, length, chunk.shape());
      return;
    }
    if (predicted.length < length) {
      predicted = new byte[length];
    }
    long start = System.nanoTime();
    bases.read(base, plan.position(), length, predicted, 0);
    clock.lap(Stage.BASE, start);
    List<ChunkId> ids = base.chunks().stream().map(ChunkEntry::id).toList();
    boolean stands = spool.add(id, bytes, offset, length, chunk.shape(), predicted, ids);
    owners.put(
        id,
        new Owner(
            content.slice(),
            content.model(),
            length,
            hint,
            stands ? plan.base() : "",
            stands ? plan.position() : 0));
    spool.cut();
  }

  private ContentResult result(
      PlannedContent content,
      FileLayout layout,
      Map<Integer, SegmentBuilder> parts,
      List<MessageDigest> digests) {
    String sha256 = digests.isEmpty() ? "" : hex(digests.get(0));
    String gitSha1 = digests.size() < 2 ? "" : hex(digests.get(1));
    String blob = content.content().blobName();
    if (!digests.isEmpty() && !blob.isEmpty() && !blob.equals(sha256) && !blob.equals(gitSha1)) {
      return failed(
          content, "the cache's blob does not hold what its name says: download it again");
    }
    if (layout.format().equals("lfs-pointer")) {
      return failed(content, "an LFS pointer, not content: fetch the file with git lfs pull");
    }
    List<SegmentPart> segments = new ArrayList<>();
    for (int i = 0; i < layout.segments().size(); i++) {
      SegmentBuilder part = parts.get(i);
      if (part != null) {
        Segment s = layout.segments().get(i);
        segments.add(
            new SegmentPart(
                i,
                s.name(),
                s.dtype(),
                s.shape(),
                s.lengthBytes(),
                part.firstOffset,
                part.ids.toString(),
                part.lengths));
      }
    }
    return new ContentResult(
        content.slice(),
        content.model(),
        content.index(),
        piece(),
        sha256,
        gitSha1,
        layout.format(),
        layout.warning().isEmpty()
            ? ""
            : layout.warning() + "; kept as opaque bytes, check where it came from",
        "",
        layout.segments().stream().mapToLong(Segment::lengthBytes).sum(),
        segments);
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  private ContentResult failed(PlannedContent content, String error) {
    String path = content.content().path();
    return new ContentResult(
        content.slice(),
        content.model(),
        content.index(),
        piece(),
        "",
        "",
        "opaque",
        "",
        error.contains(path) ? error : path + ": " + error,
        0,
        List.of());
  }

  private long piece() {
    return switch (unit.kind()) {
      case PIECE -> unit.fromBytes();
      case HASH -> -2;
      case CHUNKS -> ContentResult.LATER_WAVE;
      case CONTENTS -> -1;
    };
  }

  /**
   * What the plan says about this chunk: that it is not stored now, or in a later wave that it is;
   * null where it says nothing.
   */
  private Planned planned(PlannedContent content, Chunk chunk) {
    return planned.isEmpty()
        ? null
        : planned.get(
            new Follower(content.slice(), content.model(), content.index(), chunk.offsetBytes()));
  }

  private boolean here(PlannedContent content, Chunk chunk, Unit.Stretch own) {
    return switch (unit.kind()) {
      case PIECE -> own.holds(chunk.offsetBytes());
      case CHUNKS -> planned(content, chunk) != null;
      default -> true;
    };
  }

  /** The row of a stored chunk. */
  StoredChunk stored(
      String pack,
      dev.zoopress.codec.pack.PackFrame frame,
      dev.zoopress.codec.pack.FrameChunk chunk) {
    Owner owner = owners.get(chunk.id());
    return new StoredChunk(
        chunk.id().hex(),
        chunk.lengthBytes(),
        frame.dtype(),
        owner.hint.high(),
        owner.hint.low(),
        owner.slice,
        owner.model,
        pack,
        frame.offsetBytes(),
        frame.storedBytes(),
        frame.rawBytes(),
        chunk.offsetInFrame(),
        owner.base,
        owner.basePosition);
  }

  private static final class SegmentBuilder {
    private final long firstOffset;
    private final StringBuilder ids = new StringBuilder();
    private final List<Integer> lengths = new ArrayList<>();

    SegmentBuilder(long firstOffset) {
      this.firstOffset = firstOffset;
    }

    void add(ChunkId id, int lengthBytes) {
      ids.append(id.hex());
      lengths.add(lengthBytes);
    }
  }

  /** The chunks of a file that pass a test. */
  private static final class Filtered implements Iterator<Chunk> {
    private final Iterator<Chunk> chunks;
    private final Predicate<Chunk> test;
    private Chunk next;

    Filtered(Iterator<Chunk> chunks, Predicate<Chunk> test) {
      this.chunks = chunks;
      this.test = test;
      advance();
    }

    private void advance() {
      next = null;
      while (next == null && chunks.hasNext()) {
        Chunk chunk = chunks.next();
        next = test.test(chunk) ? chunk : null;
      }
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Chunk next() {
      Chunk chunk = next;
      advance();
      return chunk;
    }
  }
}
