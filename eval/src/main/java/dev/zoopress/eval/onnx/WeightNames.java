package dev.zoopress.eval.onnx;

import dev.zoopress.eval.model.TensorEntry;
import dev.zoopress.eval.model.UnusableModelException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Finds tensors under the names that checkpoints use: with or without the model's prefix, with the
 * old names of layer norms; checks type and shape; knows at the end which tensors nobody wanted.
 */
final class WeightNames {
  /** Buffers that old versions saved, and heads that another graph would use. */
  private static final Pattern LEFT_OUT =
      Pattern.compile(
          "(.*\\.)?(position_ids|token_type_ids)|((roberta|bert)\\.)?pooler\\..*"
              + "|(lm_head|classifier|cls|qa_outputs|score)\\..*");

  private final String origin;
  private final Map<String, TensorEntry> tensors;
  private final String prefix;
  private final Set<String> used = new TreeSet<>();

  WeightNames(String origin, Map<String, TensorEntry> tensors) throws UnusableModelException {
    this.origin = origin;
    this.tensors = tensors;
    this.prefix = prefix(origin, tensors);
  }

  private static String prefix(String origin, Map<String, TensorEntry> tensors)
      throws UnusableModelException {
    for (String prefix : List.of("roberta.", "bert.", "")) {
      if (tensors.containsKey(prefix + "embeddings.position_embeddings.weight")) {
        return prefix;
      }
    }
    throw new UnusableModelException(
        origin
            + ": no tensor embeddings.position_embeddings.weight, with or without roberta. or bert. before"
            + " it; the weights are not those of an encoder of this family");
  }

  /** A tensor of the encoder, below the prefix. */
  TensorEntry encoder(String name, long... shape) throws UnusableModelException {
    return required(prefix + name, shape);
  }

  boolean hasEncoder(String name) {
    return find(prefix + name) != null;
  }

  boolean has(String name) {
    return find(name) != null;
  }

  /** A tensor under its full name. */
  TensorEntry required(String name, long... shape) throws UnusableModelException {
    TensorEntry entry = find(name);
    if (entry == null) {
      throw new UnusableModelException(
          origin + ": tensor " + name + " is missing; the weights do not match config.json");
    }
    List<Long> expected = java.util.Arrays.stream(shape).boxed().toList();
    if (!entry.shape().equals(expected)) {
      throw new UnusableModelException(
          origin
              + ": tensor "
              + entry.name()
              + " has the shape "
              + entry.shape()
              + ", config.json asks for "
              + expected);
    }
    if (ElementType.ofWeight(entry.dtype()) == null) {
      throw new UnusableModelException(
          origin
              + ": tensor "
              + entry.name()
              + " is "
              + entry.dtype()
              + "; weights must be F32, F16 or BF16");
    }
    used.add(entry.name());
    return entry;
  }

  private TensorEntry find(String name) {
    TensorEntry entry = tensors.get(name);
    if (entry == null && name.contains("LayerNorm.")) {
      entry = tensors.get(name.replace(".weight", ".gamma").replace(".bias", ".beta"));
    }
    return entry;
  }

  /**
   * The tensors that the graph does not use.
   *
   * @throws UnusableModelException if one of them is nothing that may be left out
   */
  Set<String> unused() throws UnusableModelException {
    Set<String> unused = new TreeSet<>(tensors.keySet());
    unused.removeAll(used);
    List<String> unknown = unused.stream().filter(n -> !LEFT_OUT.matcher(n).matches()).toList();
    if (!unknown.isEmpty()) {
      throw new UnusableModelException(
          origin
              + ": "
              + unknown.size()
              + " tensors have no place in the graph of config.json, such as "
              + unknown.get(0));
    }
    return unused;
  }
}
