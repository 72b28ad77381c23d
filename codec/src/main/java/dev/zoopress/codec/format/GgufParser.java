package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Segments of a GGUF file, versions 2 and 3, little-endian: header with key-value pairs and tensor
 * descriptions, then tensors at aligned offsets. Header, padding and tensors of unknown type are
 * opaque.
 */
final class GgufParser {
  private static final byte[] MAGIC = {'G', 'G', 'U', 'F'};
  private static final int HEADER_BYTES = 24;
  private static final int MIN_KEY_VALUE_BYTES = 8 + 4 + 1;
  private static final int MIN_TENSOR_BYTES = 8 + 4 + 4 + 8;
  private static final int MAX_NAME_BYTES = 1 << 16;

  /** ggml's own limit. */
  private static final int MAX_DIMENSIONS = 4;

  private static final int MAX_ARRAY_DEPTH = 8;
  private static final long DEFAULT_ALIGNMENT = 32;
  private static final String ALIGNMENT_KEY = "general.alignment";

  private static final int TYPE_UINT32 = 4;
  private static final int TYPE_STRING = 8;
  private static final int TYPE_ARRAY = 9;

  /** Bytes of one value by type number; 0 for those of variable length. */
  private static final int[] VALUE_BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  private record Tensor(String name, List<Long> shape, long type, long offset, long at) {}

  private final SourceCursor in;
  private final ByteSource source;
  private long alignment;

  private GgufParser(ByteSource source) {
    this.source = source;
    this.in = new SourceCursor(source, 0, source.size());
  }

  static boolean looksLike(byte[] start) {
    return start.length >= MAGIC.length
        && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /**
   * The segments of {@code source}.
   *
   * @throws MalformedInputException if any rule of the format is broken
   */
  static List<Segment> parse(ByteSource source) throws IOException {
    return new GgufParser(source).parse();
  }

  private List<Segment> parse() throws IOException {
    if (in.remaining() < HEADER_BYTES || !Arrays.equals(in.bytes(MAGIC.length), MAGIC)) {
      throw in.malformed(0, "no GGUF header");
    }
    long version = in.u32();
    if (version != 2 && version != 3) {
      throw in.malformed(4, "GGUF version " + version + " (little-endian 2 and 3 are known)");
    }
    long tensorCount = count(MIN_TENSOR_BYTES, "tensors");
    long pairCount = count(MIN_KEY_VALUE_BYTES, "key-value pairs");
    for (long i = 0; i < pairCount; i++) {
      skipPair();
    }
    List<Tensor> tensors = readTensors(tensorCount);
    long align = alignment == 0 ? DEFAULT_ALIGNMENT : alignment;
    long dataStart = (in.position() + align - 1) / align * align;
    SegmentCollector segments = new SegmentCollector(source.name(), source.size());
    for (Tensor tensor : tensors) {
      place(tensor, dataStart, align, segments);
    }
    return segments.segments();
  }

  /** A count that the rest of the file can hold. */
  private long count(int minBytes, String what) throws IOException {
    long at = in.position();
    long count = in.i64();
    if (count < 0 || count > in.remaining() / minBytes) {
      throw in.malformed(at, Long.toUnsignedString(count) + " " + what + " do not fit the file");
    }
    return count;
  }

  private void skipPair() throws IOException {
    long at = in.position();
    String key = name();
    long type = in.u32();
    if (!key.equals(ALIGNMENT_KEY)) {
      skipValue(type, 0);
      return;
    }
    if (type != TYPE_UINT32 || alignment != 0) {
      throw in.malformed(at, ALIGNMENT_KEY + " must be given once, as uint32");
    }
    alignment = in.u32();
    if (Long.bitCount(alignment) != 1) {
      throw in.malformed(at, ALIGNMENT_KEY + " " + alignment + " is no power of two");
    }
  }

  private void skipValue(long type, int depth) throws IOException {
    if (type >= VALUE_BYTES.length) {
      throw in.malformed("unknown value type " + type);
    }
    if (type == TYPE_STRING) {
      in.skip(in.i64());
    } else if (type == TYPE_ARRAY) {
      skipArray(depth);
    } else {
      in.skip(VALUE_BYTES[(int) type]);
    }
  }

  private void skipArray(int depth) throws IOException {
    if (depth == MAX_ARRAY_DEPTH) {
      throw in.malformed("arrays nest deeper than " + MAX_ARRAY_DEPTH);
    }
    long type = in.u32();
    long count = in.i64();
    int width = type < VALUE_BYTES.length ? VALUE_BYTES[(int) type] : 0;
    // Strings and arrays take at least a length of eight bytes each.
    if (count < 0 || count > in.remaining() / (width == 0 ? 8 : width)) {
      throw in.malformed("an array of " + Long.toUnsignedString(count) + " does not fit the file");
    }
    if (width != 0) {
      in.skip(count * width);
      return;
    }
    for (long i = 0; i < count; i++) {
      skipValue(type, depth + 1);
    }
  }

  private List<Tensor> readTensors(long count) throws IOException {
    List<Tensor> tensors = new ArrayList<>();
    Set<String> names = new HashSet<>();
    TensorBudget budget = new TensorBudget(source.name());
    for (long i = 0; i < count; i++) {
      long at = in.position();
      String name = name();
      if (!names.add(name)) {
        throw in.malformed(at, "duplicate tensor " + Quoted.of(name));
      }
      long rank = in.u32();
      if (rank > MAX_DIMENSIONS) {
        throw in.malformed(at, "tensor " + Quoted.of(name) + " has " + rank + " dimensions");
      }
      budget.charge(name, (int) rank, at);
      // ggml counts the fastest dimension first.
      Long[] shape = new Long[(int) rank];
      for (int d = shape.length - 1; d >= 0; d--) {
        shape[d] = in.i64();
      }
      tensors.add(new Tensor(name, List.of(shape), in.u32(), in.i64(), at));
    }
    return tensors;
  }

  private void place(Tensor tensor, long dataStart, long align, SegmentCollector segments)
      throws IOException {
    String what = "tensor " + Quoted.of(tensor.name());
    if (tensor.offset() < 0
        || tensor.offset() % align != 0
        || tensor.offset() > source.size() - dataStart) {
      throw in.malformed(
          tensor.at(),
          what
              + " has offset "
              + Long.toUnsignedString(tensor.offset())
              + ", which is not aligned to "
              + align
              + " or past the end");
    }
    GgmlType type = GgmlType.of(tensor.type());
    if (type == null) {
      return;
    }
    long elements = TensorShape.elementCount(tensor.shape());
    long row = tensor.shape().isEmpty() ? 1 : tensor.shape().get(tensor.shape().size() - 1);
    if (elements < 0
        || row % type.blockElements() != 0
        || elements / type.blockElements() > Long.MAX_VALUE / type.blockBytes()) {
      throw in.malformed(
          tensor.at(), what + " has a shape that overflows or cuts a block of its type");
    }
    segments.add(
        tensor.name(),
        type.dtype(),
        type.segmentShape(tensor.shape(), elements),
        dataStart + tensor.offset(),
        elements / type.blockElements() * type.blockBytes());
  }

  private String name() throws IOException {
    long at = in.position();
    long length = in.i64();
    if (length < 0 || length > MAX_NAME_BYTES) {
      throw in.malformed(
          at, "a name of " + Long.toUnsignedString(length) + " bytes, at most " + MAX_NAME_BYTES);
    }
    return new String(in.bytes((int) length), StandardCharsets.UTF_8);
  }
}
