package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.format.FileFormats;
import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.format.SafetensorsFile;
import dev.zoopress.codec.format.SafetensorsFile.Tensor;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.manifest.FileEntry;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a file that holds ZipNN segments holds: a recipe, then its plain bytes and the raw bytes of
 * its segments in file order. So the tensors inside are the same bytes as those of a plain file,
 * and {@link FoldedSource} makes the file again. Not thread-safe.
 */
public final class UnfoldedSource implements ByteSource {
  static final int MAX_CHUNK_BYTES = 1 << 20;

  private static final int COMPARE_BYTES = 1 << 21;
  private static final String ENDING = ".znn";

  private final ByteSource file;
  private final Windows windows;
  private final Recipe recipe;
  private final SafetensorsFile tensors;
  private byte[] chunk = {};
  private Stretch chunkOf;
  private long chunkNow;
  private ChunkReader reader;
  private Stretch readerOf;

  private UnfoldedSource(ByteSource file, Recipe recipe, SafetensorsFile tensors) {
    this.file = file;
    this.windows = new Windows(file);
    this.recipe = recipe;
    this.tensors = tensors;
  }

  /**
   * Looks at headers and tables only; empty if {@code file}, which stays the caller's, holds no
   * segments, or none that are sound. What comes back can be read, but need not give the file
   * again: see {@link #isExact}.
   */
  public static Optional<UnfoldedSource> of(ByteSource file) throws IOException {
    try {
      byte[] start = new byte[(int) Math.min(ZipnnHeader.FIXED_BYTES, file.size())];
      file.readFully(0, start, 0, start.length);
      if (start.length < ZipnnHeader.FIXED_BYTES) {
        return Optional.empty();
      }
      if (start[0] == 'Z' && start[1] == 'N') {
        return stream(file);
      }
      return start[8] == '{' ? safetensors(file) : Optional.empty();
    } catch (MalformedInputException e) {
      return Optional.empty();
    }
  }

  private static Optional<UnfoldedSource> stream(ByteSource file) throws IOException {
    Recipe.Builder parts = new Recipe.Builder();
    for (long at = 0; at < file.size(); ) {
      ZipnnHeader header = ZipnnHeader.read(file, at);
      boolean more = header.streaming() && header.format() == ZipnnHeader.FORMAT_BYTE;
      if (!more && at + header.segmentBytes() != file.size()) {
        return Optional.empty();
      }
      add(file, at, header, parts);
      at += header.segmentBytes();
    }
    return of(file, parts, null);
  }

  private static Optional<UnfoldedSource> safetensors(ByteSource file) throws IOException {
    SafetensorsFile tensors = SafetensorsFile.read(file);
    if (!ZipnnTensors.holdsSegments(file, tensors)) {
      return Optional.empty();
    }
    var coded = ZipnnTensors.coded(file, tensors);
    Recipe.Builder parts = new Recipe.Builder();
    parts.plain(tensors.dataStart());
    for (Tensor tensor : tensors.tensors()) {
      if (coded.contains(tensor.name())) {
        add(file, tensor.offsetBytes(), ZipnnHeader.read(file, tensor.offsetBytes()), parts);
      } else {
        parts.plain(tensor.lengthBytes());
      }
    }
    return of(file, parts, tensors);
  }

  private static void add(ByteSource file, long at, ZipnnHeader header, Recipe.Builder parts)
      throws IOException {
    if (header.rawBytes() == 0
        || header.chunkBytes() > MAX_CHUNK_BYTES
        || header.payloadOffset() > Recipe.MAX_BYTES) {
      parts.plain(header.segmentBytes());
    } else {
      SegmentHead head = SegmentHead.read(file, at, header);
      head.table();
      parts.coded(head);
    }
  }

  private static Optional<UnfoldedSource> of(
      ByteSource file, Recipe.Builder parts, SafetensorsFile tensors) {
    Recipe recipe = parts.hasSegments() ? parts.build() : null;
    return recipe == null
        ? Optional.empty()
        : Optional.of(new UnfoldedSource(file, recipe, tensors));
  }

  /** Whether {@link FoldedSource} makes the very file of this content: reads all of it. */
  public boolean isExact() throws IOException {
    FoldedSource again = new FoldedSource(name(), file.size(), new Borrowed(this));
    byte[] expected = new byte[COMPARE_BYTES];
    byte[] found = new byte[COMPARE_BYTES];
    for (long at = 0; at < file.size(); at += COMPARE_BYTES) {
      int n = (int) Math.min(COMPARE_BYTES, file.size() - at);
      file.readFully(at, expected, 0, n);
      try {
        again.readFully(at, found, 0, n);
      } catch (MalformedInputException | CorruptContainerException e) {
        return false;
      }
      if (!Arrays.equals(expected, 0, n, found, 0, n)) {
        return false;
      }
    }
    return true;
  }

  /** The layout of the content; {@code path} is the file's. */
  public FileLayout layout(String path) throws IOException {
    int start = recipe.bytes().length;
    List<Segment> segments = new ArrayList<>();
    segments.add(Segment.opaque(0, start));
    if (tensors != null) {
      segments.add(Segment.opaque(start, tensors.dataStart()));
      long at = start + tensors.dataStart();
      Map<Long, SegmentHead> heads = new HashMap<>();
      recipe.stretches().forEach(s -> heads.put(s.fileOffset(), s.head()));
      for (Tensor tensor : tensors.tensors()) {
        SegmentHead head = tensor.lengthBytes() == 0 ? null : heads.get(tensor.offsetBytes());
        ZipnnHeader header = head == null ? null : head.header();
        long length = header == null ? tensor.lengthBytes() : header.rawBytes();
        if (length > 0) {
          segments.add(
              header == null
                  ? new Segment(tensor.name(), tensor.dtype(), tensor.shape(), at, length)
                  : new Segment(tensor.name(), header.dtype(), header.shape(), at, length));
        }
        at += length;
      }
      return new FileLayout(FileEntry.FOLDED + "safetensors", segments, "");
    }
    String inner =
        path.toLowerCase(Locale.ROOT).endsWith(ENDING)
            ? path.substring(0, path.length() - ENDING.length())
            : path;
    SegmentHead first = recipe.stretches().get(0).head();
    if (first != null && first.header().format() != ZipnnHeader.FORMAT_BYTE) {
      ZipnnHeader header = first.header();
      String name = inner.substring(inner.lastIndexOf('/') + 1);
      segments.add(new Segment(name, header.dtype(), header.shape(), start, header.rawBytes()));
      return new FileLayout(FileEntry.FOLDED + "tensor", segments, "");
    }
    FileLayout raw = FileFormats.parse(inner, new SliceSource(this, name(), start, size() - start));
    for (Segment s : raw.segments()) {
      segments.add(
          new Segment(s.name(), s.dtype(), s.shape(), start + s.offsetBytes(), s.lengthBytes()));
    }
    Map<Long, FileLayout.Scales> scales = new HashMap<>();
    raw.scales()
        .forEach(
            (at, s) ->
                scales.put(
                    start + at,
                    new FileLayout.Scales(start + s.offsetBytes(), s.count(), s.zero())));
    return new FileLayout(FileEntry.FOLDED + raw.format(), segments, raw.warning(), scales);
  }

  @Override
  public String name() {
    return file.name();
  }

  @Override
  public long size() {
    return recipe.contentBytes();
  }

  @Override
  public void readFully(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    if (positionBytes < 0 || positionBytes > size() - length) {
      throw new EOFException(
          name() + ": " + length + " bytes at " + positionBytes + " of " + size());
    }
    int done = 0;
    while (done < length) {
      long at = positionBytes + done;
      int n = length - done;
      if (at < recipe.bytes().length) {
        n = (int) Math.min(n, recipe.bytes().length - at);
        System.arraycopy(recipe.bytes(), (int) at, target, offset + done, n);
      } else {
        Stretch stretch = recipe.stretches().get(indexOf(at));
        long inside = at - stretch.contentOffset();
        n = (int) Math.min(n, stretch.contentBytes() - inside);
        n = read(stretch, inside, target, offset + done, n);
      }
      done += n;
    }
  }

  private int indexOf(long position) {
    int low = 0;
    int high = recipe.stretches().size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (recipe.stretches().get(middle).contentOffset() <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private int read(Stretch stretch, long inside, byte[] target, int offset, int length)
      throws IOException {
    if (stretch.head() == null) {
      file.readFully(stretch.fileOffset() + inside, target, offset, length);
      return length;
    }
    ZipnnHeader header = stretch.head().header();
    long c = inside / header.chunkBytes();
    if (stretch != chunkOf || c != chunkNow) {
      decode(stretch, header, c);
    }
    int from = (int) (inside - c * header.chunkBytes());
    int n = Math.min(length, header.chunkLength(c) - from);
    System.arraycopy(chunk, from, target, offset, n);
    return n;
  }

  private void decode(Stretch stretch, ZipnnHeader header, long c) throws IOException {
    if (stretch != readerOf) {
      close();
      reader = new ChunkReader(windows, header, stretch.fileOffset());
      readerOf = stretch;
    }
    if (chunk.length < header.largestChunk()) {
      chunk = new byte[header.largestChunk()];
    }
    chunkOf = null;
    reader.read(c, chunk);
    chunkOf = stretch;
    chunkNow = c;
  }

  /** Releases what decoding needs; the file stays open. */
  @Override
  public void close() {
    if (reader != null) {
      reader.close();
      reader = null;
      readerOf = null;
    }
  }

  /** Left open by who closes it. */
  private record Borrowed(ByteSource source) implements ByteSource {
    @Override
    public String name() {
      return source.name();
    }

    @Override
    public long size() {
      return source.size();
    }

    @Override
    public void readFully(long positionBytes, byte[] target, int offset, int length)
        throws IOException {
      source.readFully(positionBytes, target, offset, length);
    }
  }
}
