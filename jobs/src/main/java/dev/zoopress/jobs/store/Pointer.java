package dev.zoopress.jobs.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zoopress.codec.CorruptContainerException;
import java.io.IOException;
import java.io.Serializable;

/**
 * What makes one manifest the truth of a revision, or says that the revision was deleted. Holds
 * neither time nor run nor source.
 *
 * @param n from 1; the highest is the truth, and no n is ever used twice
 * @param manifest 64 hex digits, or empty if the revision is deleted
 * @param files how many files the manifest has
 * @param sourceBytes their sizes together
 */
public record Pointer(
    String model, String revision, int n, String manifest, int files, long sourceBytes)
    implements Serializable {
  private static final String KIND = "pointer";

  /** Checks the numbers and the id. */
  public Pointer {
    if (n < 1 || files < 0 || sourceBytes < 0 || !manifest.matches("([0-9a-f]{64})?")) {
      throw new IllegalArgumentException(
          "not a pointer: n " + n + ", files " + files + ", manifest '" + manifest + "'");
    }
  }

  /** The pointer that follows this one and says that the revision is gone. */
  public Pointer deletion() {
    return new Pointer(model, revision, n + 1, "", 0, 0);
  }

  /** True if the revision was deleted. */
  public boolean deleted() {
    return manifest.isEmpty();
  }

  byte[] encode() {
    ObjectNode body = Sealed.body(KIND);
    body.put("model", model).put("revision", revision).put("n", n).put("manifest", manifest);
    body.put("files", files).put("sourceBytes", sourceBytes);
    return Sealed.seal(body);
  }

  static Pointer decode(String key, byte[] bytes) throws IOException {
    JsonNode body = Sealed.open(key, KIND, bytes);
    try {
      return new Pointer(
          Sealed.text(key, body, "model"),
          Sealed.text(key, body, "revision"),
          Math.toIntExact(Sealed.count(key, body, "n")),
          Sealed.text(key, body, "manifest"),
          Math.toIntExact(Sealed.count(key, body, "files")),
          Sealed.count(key, body, "sourceBytes"));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new CorruptContainerException(key, 0, e.getMessage());
    }
  }
}
