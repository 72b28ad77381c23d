package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Segments of a safetensors file: eight bytes of header length, a JSON header, then the tensors
 * without hole from the first byte after the header to the end of the file. The length and the
 * header, padding included, are one opaque segment, so they come back verbatim.
 */
final class SafetensorsParser {
  static final int PREFIX_BYTES = SafetensorsFile.PREFIX_BYTES;
  static final int MAX_HEADER_BYTES = 100_000_000;

  private SafetensorsParser() {}

  /** Whether the first bytes look like a header length and the start of a JSON object. */
  static boolean looksLike(byte[] start, long sizeBytes) {
    if (start.length <= PREFIX_BYTES || start[PREFIX_BYTES] != '{') {
      return false;
    }
    long headerBytes = headerLength(start);
    return headerBytes > 0
        && headerBytes <= MAX_HEADER_BYTES
        && headerBytes <= sizeBytes - PREFIX_BYTES;
  }

  /**
   * The segments of {@code source}.
   *
   * @throws MalformedInputException if any rule of the format is broken
   */
  static List<Segment> parse(ByteSource source) throws IOException {
    SegmentCollector segments = new SegmentCollector(source.name(), source.size());
    for (SafetensorsFile.Tensor t : read(source).tensors()) {
      segments.add(t.name(), t.dtype(), t.shape(), t.offsetBytes(), t.lengthBytes());
    }
    return segments.segments();
  }

  static SafetensorsFile read(ByteSource source) throws IOException {
    byte[] header = header(source);
    int illFormed = Utf8.firstIllFormed(header);
    if (illFormed >= 0) {
      throw malformed(source, PREFIX_BYTES + illFormed, "the header is not UTF-8");
    }
    SafetensorsHeader read = SafetensorsHeader.read(source.name(), header);
    List<SafetensorsHeader.Entry> entries = read.entries();
    entries.sort(
        Comparator.comparingLong(SafetensorsHeader.Entry::begin)
            .thenComparingLong(SafetensorsHeader.Entry::end));
    long dataStart = PREFIX_BYTES + (long) header.length;
    long dataBytes = source.size() - dataStart;
    List<SafetensorsFile.Tensor> tensors = new ArrayList<>(entries.size());
    long at = 0;
    for (SafetensorsHeader.Entry entry : entries) {
      check(source, entry, at, dataBytes);
      tensors.add(
          new SafetensorsFile.Tensor(
              entry.name(),
              entry.dtype(),
              entry.shape(),
              dataStart + at,
              entry.end() - entry.begin()));
      at = entry.end();
    }
    if (at != dataBytes) {
      throw malformed(
          source,
          dataStart + at,
          "the tensors end here, but " + (dataBytes - at) + " more bytes follow");
    }
    return new SafetensorsFile(header, tensors, read.metadata());
  }

  private static byte[] header(ByteSource source) throws IOException {
    if (source.size() < PREFIX_BYTES) {
      throw malformed(source, 0, "a file of " + source.size() + " bytes has no header length");
    }
    byte[] prefix = new byte[PREFIX_BYTES];
    source.readFully(0, prefix, 0, PREFIX_BYTES);
    long length = headerLength(prefix);
    if (length < 0 || length > MAX_HEADER_BYTES) {
      throw malformed(
          source,
          0,
          "header length " + Long.toUnsignedString(length) + " exceeds " + MAX_HEADER_BYTES);
    }
    if (length > source.size() - PREFIX_BYTES) {
      throw malformed(
          source, 0, "header length " + length + " exceeds a file of " + source.size() + " bytes");
    }
    if (length < 2) {
      throw malformed(source, 0, "header length " + length + " leaves no room for {}");
    }
    byte[] header = new byte[(int) length];
    source.readFully(PREFIX_BYTES, header, 0, header.length);
    if (header[0] != '{') {
      throw malformed(source, PREFIX_BYTES, "the header does not start with {");
    }
    return header;
  }

  private static void check(
      ByteSource source, SafetensorsHeader.Entry entry, long at, long dataBytes)
      throws MalformedInputException {
    String tensor = "tensor " + Quoted.of(entry.name());
    if (entry.begin() != at) {
      throw malformed(
          source,
          entry.headerOffsetBytes(),
          tensor
              + " starts at data offset "
              + entry.begin()
              + ", expected "
              + at
              + (entry.begin() < at ? " (overlap)" : " (hole)"));
    }
    if (entry.end() < entry.begin() || entry.end() > dataBytes) {
      throw malformed(
          source,
          entry.headerOffsetBytes(),
          tensor + " ends at data offset " + entry.end() + " of " + dataBytes);
    }
    long expected = TensorShape.lengthBytes(entry.shape(), entry.dtype());
    if (expected == TensorShape.OVERFLOW) {
      throw malformed(
          source,
          entry.headerOffsetBytes(),
          tensor + " has a shape that overflows or does not fill whole bytes");
    }
    if (entry.end() - entry.begin() != expected) {
      throw malformed(
          source,
          entry.headerOffsetBytes(),
          tensor
              + " holds "
              + (entry.end() - entry.begin())
              + " bytes, its shape and type need "
              + expected);
    }
  }

  private static long headerLength(byte[] start) {
    return ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
  }

  private static MalformedInputException malformed(ByteSource source, long at, String reason) {
    return new MalformedInputException(source.name(), at, reason);
  }
}
