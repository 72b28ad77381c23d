package dev.zoopress.jobs.source;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Tells by its name whether a file shows that its directory is a model. */
final class ModelFiles {
  private static final Set<String> NAMES =
      Set.of(
          "config.json",
          "model_index.json",
          "adapter_config.json",
          "preprocessor_config.json",
          "vocab.txt",
          "mlmodel",
          "saved_model.pb");
  private static final List<String> ENDINGS =
      List.of(
          ".safetensors",
          ".bin",
          ".pt",
          ".pth",
          ".ckpt",
          ".onnx",
          ".gguf",
          ".h5",
          ".msgpack",
          ".tflite",
          ".znn");

  private ModelFiles() {}

  static boolean recognised(Node node) {
    if (node.kind() != Node.Kind.FILE && node.kind() != Node.Kind.LINK) {
      return false;
    }
    String name = node.name().toLowerCase(Locale.ROOT);
    return NAMES.contains(name)
        || name.startsWith("tokenizer")
        || ENDINGS.stream().anyMatch(name::endsWith);
  }

  /** True if a directory of these entries is a store, which must not swallow itself. */
  static boolean showStore(List<Node> nodes) {
    return nodes.stream()
        .anyMatch(n -> n.kind() == Node.Kind.FILE && n.name().equals("zoopress.json"));
  }
}
