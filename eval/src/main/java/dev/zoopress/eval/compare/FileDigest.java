package dev.zoopress.eval.compare;

import java.io.Serializable;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Digests of one file and of every tensor in it.
 *
 * @param format name of the container
 * @param tensors SHA-256 by tensor name; fields of one name are numbered
 */
public record FileDigest(
    String path, long sizeBytes, String sha256, String format, SortedMap<String, String> tensors)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public FileDigest {
    tensors = new TreeMap<>(tensors);
  }
}
