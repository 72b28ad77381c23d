package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Segments of an ONNX file: each tensor's {@code raw_data} is one, everything between is opaque.
 * Values in typed fields are protobuf-coded, not an array in memory order, and stay opaque.
 */
final class OnnxParser {
  private static final int MAX_LOCATION_CHARS = 4096;
  private static final int MAX_DIGITS = 18;

  private OnnxParser() {}

  /** Whether the first bytes could be {@code ir_version}, the first field every writer puts. */
  static boolean looksLike(byte[] start) {
    return start.length > 2 && start[0] == 0x08 && start[1] > 0 && start[1] < 32;
  }

  /**
   * The layout of {@code source}.
   *
   * @throws MalformedInputException if it is no ONNX model
   */
  static FileLayout parse(ByteSource source) throws IOException {
    SegmentCollector segments = new SegmentCollector(source.name(), source.size());
    TensorBudget budget = new TensorBudget(source.name());
    OnnxScales scales = new OnnxScales();
    OnnxWalker.walk(
        source,
        tensor -> {
          scales.visit(tensor);
          if (tensor.isPlainRaw()) {
            budget.charge(tensor.name(), tensor.shape().size(), tensor.rawOffset());
            segments.add(
                tensor.name(),
                tensor.dtype(),
                tensor.shape(),
                tensor.rawOffset(),
                tensor.rawLength());
          }
        });
    return new FileLayout("onnx", segments.segments(), "", scales.found());
  }

  /**
   * The tensors that {@code source} keeps elsewhere. Those whose type or length is in doubt are
   * left out.
   *
   * @throws MalformedInputException if it is no ONNX model, or a location leaves the model's folder
   */
  static List<ExternalTensor> external(ByteSource source) throws IOException {
    List<ExternalTensor> tensors = new ArrayList<>();
    TensorBudget budget = new TensorBudget(source.name());
    OnnxWalker.walk(
        source,
        tensor -> {
          if (!tensor.isExternal()) {
            return;
          }
          String location = location(source, tensor);
          budget.charge(tensor.name() + location, tensor.shape().size(), 0);
          long offset = number(tensor.external("offset"), 0);
          long expected = tensor.lengthBytes();
          long length = number(tensor.external("length"), expected);
          if (offset >= 0 && expected >= 0 && length == expected) {
            tensors.add(
                new ExternalTensor(
                    tensor.name(), tensor.dtype(), tensor.shape(), location, offset, length));
          }
        });
    return tensors;
  }

  /** The location with {@code .} and empty names removed. */
  private static String location(ByteSource source, OnnxTensor tensor)
      throws MalformedInputException {
    String location = tensor.external("location");
    String of = " of tensor " + Quoted.of(tensor.name());
    if (location == null || location.isEmpty() || location.length() > MAX_LOCATION_CHARS) {
      throw new MalformedInputException(source.name(), 0, "no usable external location" + of);
    }
    char second = location.length() > 1 ? location.charAt(1) : 0;
    boolean absolute = location.charAt(0) == '/' || second == ':';
    if (absolute || location.indexOf('\\') >= 0 || location.indexOf('\0') >= 0) {
      throw new MalformedInputException(
          source.name(), 0, "external location " + Quoted.of(location) + of + " is not relative");
    }
    List<String> names = new ArrayList<>();
    for (String name : location.split("/", -1)) {
      if (name.equals("..")) {
        throw new MalformedInputException(
            source.name(),
            0,
            "external location " + Quoted.of(location) + of + " leaves the model's folder");
      }
      if (!name.isEmpty() && !name.equals(".")) {
        names.add(name);
      }
    }
    if (names.isEmpty()) {
      throw new MalformedInputException(source.name(), 0, "no usable external location" + of);
    }
    return String.join("/", names);
  }

  /** A decimal number, {@code absent} for null, -1 for anything else. */
  private static long number(String text, long absent) {
    if (text == null) {
      return absent;
    }
    if (text.isEmpty() || text.length() > MAX_DIGITS) {
      return -1;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return -1;
      }
    }
    return Long.parseLong(text);
  }
}
