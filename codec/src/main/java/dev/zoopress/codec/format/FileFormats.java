package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Turns a file into segments: recognises its container by content, and falls back to opaque bytes.
 * Memory is bounded by a small multiple of the container's header. Safe for use by several threads.
 */
public final class FileFormats {
  private static final int START_BYTES = 64;
  private static final int MAX_POINTER_BYTES = 1023;
  private static final byte[] POINTER_START =
      "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);

  private FileFormats() {}

  /**
   * The layout of {@code source}. A file that breaks the rules of its container comes back as
   * opaque bytes with a warning that names offset and reason; only failing reads throw.
   *
   * @param path the file's path inside its model; its suffix tells a broken container from a file
   *     that never was one
   * @throws IOException if reading fails
   */
  public static FileLayout parse(String path, ByteSource source) throws IOException {
    Objects.requireNonNull(path);
    byte[] start = new byte[(int) Math.min(START_BYTES, source.size())];
    source.readFully(0, start, 0, start.length);
    String name = path.toLowerCase(Locale.ROOT);
    if (source.size() <= MAX_POINTER_BYTES && startsWith(start, POINTER_START)) {
      return new FileLayout("lfs-pointer", List.of(Segment.opaque(0, source.size())), "");
    }
    if (GgufParser.looksLike(start) || name.endsWith(".gguf")) {
      return layout("gguf", source, GgufParser::parse);
    }
    if (NpyParser.looksLike(start)) {
      return layout("npy", source, NpyParser::parse);
    }
    if (ZipDirectory.looksLike(start)) {
      return archive(name, source);
    }
    if (name.endsWith(".safetensors") || SafetensorsParser.looksLike(start, source.size())) {
      return layout("safetensors", source, SafetensorsParser::parse);
    }
    if (name.endsWith(".onnx")) {
      return onnx(source);
    }
    if (OnnxParser.looksLike(start)) {
      FileLayout guess = onnx(source);
      // Two bytes prove little: without a tensor it is somebody else's file.
      boolean hasTensor = guess.segments().stream().anyMatch(s -> s.dtype() != DType.OPAQUE);
      return hasTensor ? guess : FileLayout.opaque(source.size(), "");
    }
    return FileLayout.opaque(source.size(), "");
  }

  /**
   * The tensors that an ONNX file keeps in other files, in file order; empty for a model that holds
   * all its weights itself. Tensors whose type or length is in doubt are left out.
   *
   * @throws MalformedInputException if {@code onnx} is no ONNX model, or a location is absolute or
   *     leaves the model's folder
   * @throws IOException if reading fails
   */
  public static List<ExternalTensor> externalTensors(ByteSource onnx) throws IOException {
    return OnnxParser.external(onnx);
  }

  /**
   * The layout of a file that holds tensors of an ONNX model, as format {@code onnx-data}. Tensors
   * that do not fit the file or overlap make it opaque, with a warning.
   *
   * @param data the file at the tensors' common location
   * @param tensors those of {@link #externalTensors} that lie in this file
   * @throws IOException if reading fails
   */
  public static FileLayout parseExternal(ByteSource data, List<ExternalTensor> tensors)
      throws IOException {
    return layout(
        "onnx-data",
        data,
        source -> {
          SegmentCollector segments = new SegmentCollector(source.name(), source.size());
          for (ExternalTensor tensor : tensors) {
            segments.add(
                tensor.name(),
                tensor.dtype(),
                tensor.shape(),
                tensor.offsetBytes(),
                tensor.lengthBytes());
          }
          return segments.segments();
        });
  }

  private static FileLayout archive(String name, ByteSource source) throws IOException {
    boolean isPromised = Stream.of(".bin", ".pt", ".pth", ".ckpt", ".npz").anyMatch(name::endsWith);
    try {
      ZipDirectory zip = ZipDirectory.read(source);
      return TorchParser.isTorch(zip)
          ? TorchParser.parse(source, zip)
          : NpyParser.archive(source, zip);
    } catch (MalformedInputException e) {
      String format = name.endsWith(".npz") ? "npz" : "torch";
      return FileLayout.opaque(
          source.size(), isPromised ? "not " + format + ": " + e.getMessage() : "");
    }
  }

  private static FileLayout onnx(ByteSource source) throws IOException {
    try {
      return OnnxParser.parse(source);
    } catch (MalformedInputException e) {
      return FileLayout.opaque(source.size(), "not onnx: " + e.getMessage());
    }
  }

  private interface Parser {
    List<Segment> parse(ByteSource source) throws IOException;
  }

  private static FileLayout layout(String format, ByteSource source, Parser parser)
      throws IOException {
    try {
      return new FileLayout(format, parser.parse(source), "");
    } catch (MalformedInputException e) {
      return FileLayout.opaque(source.size(), "not " + format + ": " + e.getMessage());
    }
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }
}
