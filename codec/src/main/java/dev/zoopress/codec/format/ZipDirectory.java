package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The entries of a ZIP or ZIP64 archive, from its central directory. Nothing is decompressed. */
final class ZipDirectory {
  /**
   * One entry.
   *
   * @param isStored whether its bytes lie in the archive as they are
   * @param sizeBytes its size
   * @param headerOffsetBytes where its local header starts
   */
  record Entry(String name, boolean isStored, long sizeBytes, long headerOffsetBytes) {}

  private static final long END_SIGNATURE = 0x06054b50L;
  private static final int END_BYTES = 22;
  private static final int MAX_COMMENT_BYTES = 0xffff;
  private static final long LOCATOR64_SIGNATURE = 0x07064b50L;
  private static final int LOCATOR64_BYTES = 20;
  private static final long END64_SIGNATURE = 0x06064b50L;
  private static final int END64_BYTES = 56;
  private static final long ENTRY_SIGNATURE = 0x02014b50L;
  private static final int ENTRY_BYTES = 46;
  private static final long LOCAL_SIGNATURE = 0x04034b50L;
  private static final int LOCAL_BYTES = 30;
  private static final int EXTRA_ZIP64 = 1;
  private static final int FLAG_ENCRYPTED = 1;
  private static final long IN_EXTRA = 0xffffffffL;

  /** About 300,000 entries. */
  private static final long MAX_DIRECTORY_BYTES = 32 << 20;

  private final ByteSource source;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private long directoryOffset;
  private long directoryBytes;
  private long entryCount;

  private ZipDirectory(ByteSource source) {
    this.source = source;
  }

  static boolean looksLike(byte[] start) {
    return start.length >= 4
        && start[0] == 'P'
        && start[1] == 'K'
        && start[2] == 3
        && start[3] == 4;
  }

  /**
   * Reads the directory of {@code source}.
   *
   * @throws dev.zoopress.codec.MalformedInputException if it is no sound single-disk archive
   */
  static ZipDirectory read(ByteSource source) throws IOException {
    ZipDirectory directory = new ZipDirectory(source);
    directory.readEnd();
    directory.readEntries();
    return directory;
  }

  /** Entries by name, in the directory's order. */
  Map<String, Entry> entries() {
    return entries;
  }

  /**
   * Where the bytes of {@code entry} start.
   *
   * @throws dev.zoopress.codec.MalformedInputException if its local header is unsound or the bytes
   *     reach into the directory
   */
  long dataOffset(Entry entry) throws IOException {
    long at = entry.headerOffsetBytes();
    SourceCursor in = new SourceCursor(source, at, Math.min(directoryOffset, at + LOCAL_BYTES));
    if (in.remaining() < LOCAL_BYTES || in.u32() != LOCAL_SIGNATURE) {
      throw in.malformed(at, "no local header of entry " + Quoted.of(entry.name()));
    }
    in.skip(22);
    long data = at + LOCAL_BYTES + in.u16() + in.u16();
    if (data > directoryOffset || entry.sizeBytes() > directoryOffset - data) {
      throw in.malformed(
          at, "entry " + Quoted.of(entry.name()) + " reaches into the central directory");
    }
    return data;
  }

  private void readEnd() throws IOException {
    long tailStart = Math.max(0, source.size() - END_BYTES - MAX_COMMENT_BYTES);
    SourceCursor whole = new SourceCursor(source, tailStart, source.size());
    byte[] tail = whole.bytes((int) whole.remaining());
    int end = tail.length - END_BYTES;
    while (end >= 0 && !isEnd(tail, end)) {
      end--;
    }
    if (end < 0) {
      throw whole.malformed(source.size(), "no end of central directory: truncated archive?");
    }
    long endOffset = tailStart + end;
    SourceCursor in = new SourceCursor(source, endOffset + 4, endOffset + END_BYTES);
    in.skip(6);
    entryCount = in.u16();
    directoryBytes = in.u32();
    directoryOffset = in.u32();
    long directoryLimit = endOffset;
    if (endOffset >= LOCATOR64_BYTES + END64_BYTES) {
      directoryLimit = readEnd64(endOffset);
    }
    if (directoryBytes < 0
        || directoryOffset < 0
        || directoryOffset > directoryLimit
        || directoryBytes > directoryLimit - directoryOffset
        || directoryBytes > MAX_DIRECTORY_BYTES) {
      throw in.malformed(
          endOffset, "a central directory of " + directoryBytes + " bytes at " + directoryOffset);
    }
  }

  /** Takes the ZIP64 record if there is one; where the directory must end. */
  private long readEnd64(long endOffset) throws IOException {
    long locatorOffset = endOffset - LOCATOR64_BYTES;
    SourceCursor locator = new SourceCursor(source, locatorOffset, endOffset);
    if (locator.u32() != LOCATOR64_SIGNATURE) {
      return endOffset;
    }
    locator.skip(4);
    long offset = locator.i64();
    if (offset < 0 || offset > locatorOffset - END64_BYTES) {
      throw locator.malformed(locatorOffset, "the ZIP64 record is not before its locator");
    }
    SourceCursor in = new SourceCursor(source, offset, locatorOffset);
    if (in.u32() != END64_SIGNATURE) {
      throw in.malformed(offset, "no ZIP64 record where its locator points");
    }
    in.skip(28);
    entryCount = in.i64();
    directoryBytes = in.i64();
    directoryOffset = in.i64();
    return offset;
  }

  /** Whether an end record starts here whose comment reaches exactly to the end of the file. */
  private static boolean isEnd(byte[] tail, int at) {
    return tail[at] == 'P'
        && tail[at + 1] == 'K'
        && tail[at + 2] == (byte) (END_SIGNATURE >>> 16)
        && tail[at + 3] == (byte) (END_SIGNATURE >>> 24)
        && ((tail[at + 20] & 0xff) | (tail[at + 21] & 0xff) << 8) == tail.length - at - END_BYTES;
  }

  private void readEntries() throws IOException {
    SourceCursor in = new SourceCursor(source, directoryOffset, directoryOffset + directoryBytes);
    while (in.remaining() > 0) {
      long at = in.position();
      Entry entry = readEntry(in);
      if (entries.put(entry.name(), entry) != null) {
        throw in.malformed(at, "duplicate entry " + Quoted.of(entry.name()));
      }
    }
    if (entries.size() != entryCount) {
      throw in.malformed(
          directoryOffset,
          "the directory has " + entries.size() + " entries, its end says " + entryCount);
    }
  }

  private Entry readEntry(SourceCursor in) throws IOException {
    long at = in.position();
    if (in.remaining() < ENTRY_BYTES || in.u32() != ENTRY_SIGNATURE) {
      throw in.malformed(at, "no directory entry");
    }
    in.skip(4);
    int flags = in.u16();
    int method = in.u16();
    in.skip(8);
    long compressed = in.u32();
    long size = in.u32();
    int nameBytes = in.u16();
    int extraBytes = in.u16();
    int commentBytes = in.u16();
    in.skip(8);
    long offset = in.u32();
    String name = new String(in.bytes(nameBytes), StandardCharsets.UTF_8);
    long extraStart = in.position();
    in.skip(extraBytes);
    in.skip(commentBytes);
    if (size == IN_EXTRA || compressed == IN_EXTRA || offset == IN_EXTRA) {
      SourceCursor wide = zip64(in, extraStart, extraBytes);
      size = size == IN_EXTRA ? wide.i64() : size;
      compressed = compressed == IN_EXTRA ? wide.i64() : compressed;
      offset = offset == IN_EXTRA ? wide.i64() : offset;
    }
    if (size < 0 || offset < 0 || offset > directoryOffset) {
      throw in.malformed(at, "entry " + Quoted.of(name) + " lies outside the archive");
    }
    boolean stored = method == 0 && (flags & FLAG_ENCRYPTED) == 0 && compressed == size;
    return new Entry(name, stored, size, offset);
  }

  /** A cursor over the ZIP64 field among the extra fields. */
  private SourceCursor zip64(SourceCursor in, long start, int length) throws IOException {
    SourceCursor extra = new SourceCursor(source, start, start + length);
    while (extra.remaining() >= 4) {
      int id = extra.u16();
      int fieldBytes = extra.u16();
      long fieldStart = extra.position();
      extra.skip(fieldBytes);
      if (id == EXTRA_ZIP64) {
        return new SourceCursor(source, fieldStart, fieldStart + fieldBytes);
      }
    }
    throw in.malformed(start, "an entry lacks its ZIP64 sizes");
  }
}
