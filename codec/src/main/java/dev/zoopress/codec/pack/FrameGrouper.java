package dev.zoopress.codec.pack;

import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Makes frames of chunks: large ones alone at once, small ones of one element type together. What
 * comes out depends on the chunks and their order alone. Memory: at most 1 MiB for each element
 * type that has small chunks. One thread.
 */
final class FrameGrouper {
  /** A chunk of this length or more is a frame of its own. */
  static final int ALONE_BYTES = FramePacker.ALONE_BYTES;

  /** Longest frame of several chunks. */
  static final int GROUP_BYTES = FramePacker.SHARED_BYTES;

  private static final class Group {
    private byte[] bytes = new byte[4096];
    private int length;
    private FrameShape shape;
    private List<FrameChunk> chunks = new ArrayList<>();
  }

  private final FrameSink sink;
  private final Map<DType, Group> groups = new EnumMap<>(DType.class);

  /** Frames go to {@code sink}. */
  FrameGrouper(FrameSink sink) {
    this.sink = Objects.requireNonNull(sink);
  }

  /** Takes the chunk {@code bytes[offset, offset + length)}; small ones are copied. */
  void add(ChunkId id, FrameShape shape, byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length < 1 || length > Chunker.CHUNK_BYTES) {
      throw new IllegalArgumentException("chunk of " + length + " bytes");
    }
    if (length >= ALONE_BYTES) {
      sink.frame(bytes, offset, length, shape, List.of(new FrameChunk(id, 0, length)));
      return;
    }
    Group group = groups.computeIfAbsent(shape.dtype(), type -> new Group());
    if (length > GROUP_BYTES - group.length) {
      flush(group);
    }
    if (group.length == 0) {
      group.shape = shape;
    }
    int end = group.length + length;
    if (end > group.bytes.length) {
      int grown = Math.min(GROUP_BYTES, Math.max(end, 2 * group.bytes.length));
      group.bytes = Arrays.copyOf(group.bytes, grown);
    }
    System.arraycopy(bytes, offset, group.bytes, group.length, length);
    group.chunks.add(new FrameChunk(id, group.length, length));
    group.length = end;
  }

  /** Raw bytes that are held back. */
  long pendingBytes() {
    return groups.values().stream().mapToLong(group -> group.length).sum();
  }

  /** Hands out what is still held back, in the order of the element types' codes. */
  void flush() throws IOException {
    for (Group group : groups.values()) {
      flush(group);
    }
  }

  private void flush(Group group) throws IOException {
    if (group.length == 0) {
      return;
    }
    FrameShape shape =
        group.chunks.size() == 1 ? group.shape : FrameShape.flat(group.shape.dtype());
    sink.frame(group.bytes, 0, group.length, shape, group.chunks);
    group.length = 0;
    group.chunks = new ArrayList<>();
  }
}
