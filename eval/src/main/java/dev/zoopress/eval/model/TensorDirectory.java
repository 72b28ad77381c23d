package dev.zoopress.eval.model;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.format.FileFormats;
import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The tensors of a model's weights, safetensors before torch archives, shards taken together. */
public final class TensorDirectory {
  private final SortedMap<String, TensorEntry> tensors;

  private TensorDirectory(SortedMap<String, TensorEntry> tensors) {
    this.tensors = tensors;
  }

  /**
   * The tensors of {@code files}; only headers are read.
   *
   * @throws UnusableModelException if there are no weights, a weights file is broken, or two shards
   *     hold a tensor of the same name
   */
  public static TensorDirectory of(ModelFiles files) throws IOException {
    List<String> paths = weightFiles(files);
    SortedMap<String, TensorEntry> tensors = new TreeMap<>();
    for (String path : paths) {
      try (ByteSource source = files.open(path)) {
        FileLayout layout = FileFormats.parse(path, source);
        if (!layout.format().equals("safetensors") && !layout.format().equals("torch")) {
          throw new UnusableModelException(
              source.name() + ": not readable as weights: " + why(layout));
        }
        for (Segment segment : layout.segments()) {
          add(files, tensors, path, segment);
        }
      }
    }
    return new TensorDirectory(Collections.unmodifiableSortedMap(tensors));
  }

  /**
   * Bytes that one session of the model takes at most, activations left out: every weight as it is
   * stored and twice as F32, packed for the processor's caches and as the runtime holds it until it
   * has packed it. 0 where the weights cannot be read.
   */
  public static long sessionBytes(ModelFiles files) throws IOException {
    long bytes = 0;
    try {
      for (TensorEntry tensor : of(files).tensors().values()) {
        bytes +=
            tensor.lengthBytes() + 2 * tensor.lengthBytes() * Float.SIZE / tensor.dtype().bits();
      }
    } catch (UnusableModelException none) {
      return 0;
    }
    return bytes;
  }

  private static String why(FileLayout layout) {
    return layout.warning().isEmpty() ? "it is " + layout.format() : layout.warning();
  }

  private static void add(
      ModelFiles files, SortedMap<String, TensorEntry> tensors, String path, Segment segment)
      throws UnusableModelException {
    if (segment.dtype() == DType.OPAQUE) {
      return;
    }
    TensorEntry entry =
        new TensorEntry(
            segment.name(),
            segment.dtype(),
            segment.shape(),
            path,
            segment.offsetBytes(),
            segment.lengthBytes());
    TensorEntry before = tensors.put(segment.name(), entry);
    if (before != null) {
      throw new UnusableModelException(
          files.origin()
              + ": tensor "
              + segment.name()
              + " is in "
              + before.file()
              + " and in "
              + path);
    }
  }

  private static List<String> weightFiles(ModelFiles files) throws UnusableModelException {
    for (String suffix : List.of(".safetensors", ".bin")) {
      List<String> paths = new ArrayList<>();
      for (String path : files.sizes().keySet()) {
        boolean isWeights = suffix.equals(".safetensors") || path.startsWith("pytorch_model");
        if (path.indexOf('/') < 0 && path.endsWith(suffix) && isWeights) {
          paths.add(path);
        }
      }
      // A folder may hold the whole model and its shards; whole is what loaders take.
      String whole = suffix.equals(".bin") ? "pytorch_model.bin" : "model.safetensors";
      if (paths.contains(whole)) {
        return List.of(whole);
      }
      if (!paths.isEmpty()) {
        return paths;
      }
    }
    throw new UnusableModelException(
        files.origin()
            + ": no weights; expected model.safetensors, its shards or pytorch_model.bin");
  }

  public SortedMap<String, TensorEntry> tensors() {
    return tensors;
  }
}
