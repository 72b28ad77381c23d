package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Segments of NumPy files: one array ({@code .npy}), or a ZIP archive of them ({@code .npz}).
 * Headers, big-endian arrays, and arrays of structures, text or objects are opaque; nothing is
 * unpickled.
 */
final class NpyParser {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int HEADER_BYTES = 10;
  private static final String SUFFIX = ".npy";

  /** NumPy itself refuses more than 10,000. */
  private static final int MAX_TEXT_BYTES = 1 << 16;

  /** The only form in which NumPy writes the description. */
  private static final Pattern TEXT =
      Pattern.compile(
          "\\{'descr': '([<>|])([a-zA-Z])(\\d{1,2})', 'fortran_order': (True|False),"
              + " 'shape': \\(([0-9, ]{0,2000})\\), \\} *\\n");

  private NpyParser() {}

  static boolean looksLike(byte[] start) {
    return start.length >= HEADER_BYTES
        && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /**
   * The segments of one array's file.
   *
   * @throws MalformedInputException if any rule of the format is broken
   */
  static List<Segment> parse(ByteSource source) throws IOException {
    SegmentCollector segments = new SegmentCollector(source.name(), source.size());
    claim(source, "array", 0, source.size(), new TensorBudget(source.name()), segments);
    return segments.segments();
  }

  /** The layout of an archive: opaque where it holds no array whose bytes lie in it as they are. */
  static FileLayout archive(ByteSource source, ZipDirectory zip) throws IOException {
    SegmentCollector segments = new SegmentCollector(source.name(), source.size());
    TensorBudget budget = new TensorBudget(source.name());
    boolean found = false;
    for (ZipDirectory.Entry entry : zip.entries().values()) {
      if (entry.isStored() && entry.name().endsWith(SUFFIX)) {
        String name = entry.name().substring(0, entry.name().length() - SUFFIX.length());
        found = true;
        claim(source, name, zip.dataOffset(entry), entry.sizeBytes(), budget, segments);
      }
    }
    return found
        ? new FileLayout("npz", segments.segments(), "")
        : FileLayout.opaque(source.size(), "");
  }

  private static void claim(
      ByteSource source,
      String name,
      long from,
      long lengthBytes,
      TensorBudget budget,
      SegmentCollector segments)
      throws IOException {
    SourceCursor in = new SourceCursor(source, from, from + lengthBytes);
    byte[] magic = lengthBytes < HEADER_BYTES ? new byte[0] : in.bytes(MAGIC.length);
    if (!Arrays.equals(magic, MAGIC)) {
      throw in.malformed(from, "no NumPy array");
    }
    int version = in.u8();
    in.skip(1);
    if (version < 1 || version > 3) {
      throw in.malformed(from, "NumPy format version " + version);
    }
    long textBytes = version == 1 ? in.u16() : in.u32();
    if (textBytes > MAX_TEXT_BYTES) {
      throw in.malformed(from, "a description of " + textBytes + " bytes");
    }
    String text = new String(in.bytes((int) textBytes), StandardCharsets.ISO_8859_1);
    Matcher fields = TEXT.matcher(text);
    if (!fields.matches()) {
      return;
    }
    DType dtype = dtype(fields.group(1), fields.group(2) + fields.group(3));
    List<Long> shape = shape(fields.group(5), in);
    budget.charge(name, shape.size(), from);
    if (dtype == null) {
      return;
    }
    if (fields.group(4).equals("True")) {
      Collections.reverse(shape);
    }
    long bytes = TensorShape.lengthBytes(shape, dtype);
    if (bytes == TensorShape.OVERFLOW || bytes > in.remaining()) {
      throw in.malformed(
          from, "an array of " + shape + " " + dtype + ", " + in.remaining() + " bytes are left");
    }
    segments.add(name, dtype, shape, in.position(), bytes);
  }

  private static List<Long> shape(String text, SourceCursor in) throws MalformedInputException {
    List<Long> shape = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String digits = part.strip();
      if (digits.isEmpty()) {
        continue;
      }
      if (digits.length() > 18
          || digits.indexOf(' ') >= 0
          || shape.size() == TensorShape.MAX_RANK) {
        throw in.malformed("shape (" + Quoted.of(text) + ")");
      }
      shape.add(Long.parseLong(digits));
    }
    return shape;
  }

  private static DType dtype(String order, String type) {
    if (order.equals(">")) {
      return null;
    }
    return switch (type) {
      case "f2" -> DType.F16;
      case "f4" -> DType.F32;
      case "f8" -> DType.F64;
      case "i1" -> DType.I8;
      case "i2" -> DType.I16;
      case "i4" -> DType.I32;
      case "i8" -> DType.I64;
      case "u1" -> DType.U8;
      case "u2" -> DType.U16;
      case "u4" -> DType.U32;
      case "u8" -> DType.U64;
      case "b1" -> DType.BOOL;
      case "c8" -> DType.C64;
      case "c16" -> DType.C128;
      default -> null;
    };
  }
}
