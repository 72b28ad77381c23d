package dev.zoopress.jobs.index;

import dev.zoopress.codec.hash.Digests;
import dev.zoopress.jobs.delta.Sketch;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What related models have in common, as keys to look for: the name, and the least of two hashes
 * over name and shape of all tensors (MinHash, Broder 1997), so that models most of whose tensors
 * agree share a key whatever their heads are. Element types do not count: casts are related.
 */
public record Family(String modelName, long first, long second) implements Serializable {

  /** The family of a tensor alone. */
  public static Family of(Sketch sketch) {
    String shape = sketch.name() + "/" + sketch.rows() + "x" + sketch.columns();
    ByteBuffer hash =
        ByteBuffer.wrap(Digests.sha256().digest(shape.getBytes(StandardCharsets.UTF_8)));
    return new Family(sketch.modelName(), hash.getLong(), hash.getLong());
  }

  /** With further tensors of the model. */
  public Family plus(Family other) {
    return new Family(modelName, Math.min(first, other.first), Math.min(second, other.second));
  }

  List<String> keys() {
    return List.of(
        "model-" + hash(modelName),
        "tensors-%016x".formatted(first),
        "tensors-%016x".formatted(second));
  }

  /** A name as a part of a key. */
  static String hash(String name) {
    return Digests.sha256Hex(name.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
  }
}
