package dev.zoopress.codec.format;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a file is made of: segments in file order, without gap or overlap, from byte 0 to the end.
 *
 * @param format short name of the container: {@code safetensors}, {@code onnx}, {@code onnx-data},
 *     {@code torch}, {@code gguf}, {@code npy}, {@code npz}, {@code lfs-pointer} or {@code opaque}
 * @param segments empty only for an empty file
 * @param warning why the file, or the tensors in it, were taken as opaque although its name or
 *     content promised more; empty where all is well
 * @param scales of tensors that hold quantised values, by the offset of the tensor
 */
public record FileLayout(
    String format, List<Segment> segments, String warning, Map<Long, Scales> scales) {
  /**
   * Where the scales of a quantised tensor lie in its file.
   *
   * @param offsetBytes of the first of {@code count} F32 values
   * @param zero the zero point of them all
   */
  public record Scales(long offsetBytes, int count, int zero) {}

  /** Without known scales. */
  public FileLayout(String format, List<Segment> segments, String warning) {
    this(format, segments, warning, Map.of());
  }

  public FileLayout {
    scales = Map.copyOf(scales);
    Objects.requireNonNull(format);
    Objects.requireNonNull(warning);
    segments = List.copyOf(segments);
    long at = 0;
    for (Segment segment : segments) {
      if (segment.offsetBytes() != at) {
        throw new IllegalArgumentException(
            "segment at " + segment.offsetBytes() + ", expected " + at);
      }
      at = segment.endBytes();
    }
  }

  /** A file without known structure. */
  public static FileLayout opaque(long sizeBytes, String warning) {
    return new FileLayout(
        "opaque", sizeBytes == 0 ? List.of() : List.of(Segment.opaque(0, sizeBytes)), warning);
  }
}
