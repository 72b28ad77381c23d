package dev.zoopress.jobs.scan;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is in a source.
 *
 * @param formats files and bytes per container format
 * @param dtypes tensors and bytes per element type
 * @param strays files that belong to no model, the first 1000
 */
public record ScanResult(
    String source,
    String layout,
    List<ScannedModel> models,
    Map<String, Count> formats,
    Map<String, Count> dtypes,
    List<String> strays) {

  public ScanResult {
    models = List.copyOf(models);
    strays = List.copyOf(strays);
    formats = Collections.unmodifiableMap(new TreeMap<>(formats));
    dtypes = Collections.unmodifiableMap(new TreeMap<>(dtypes));
  }

  /** A number of things and their bytes. */
  public record Count(long count, long bytes) implements Serializable {
    public Count plus(Count other) {
      return new Count(count + other.count, bytes + other.bytes);
    }
  }

  /**
   * One model of the source.
   *
   * @param revisions commits of a cache, empty for a plain tree: its revision follows from the
   *     bytes
   * @param error why it cannot be compressed: unreadable, only LFS pointers ...; empty where it can
   * @param warnings files taken as opaque bytes although their name promised a container
   */
  public record ScannedModel(
      String model,
      List<String> revisions,
      long files,
      long sourceBytes,
      Map<String, Count> formats,
      Map<String, Count> dtypes,
      String error,
      List<String> warnings)
      implements Serializable {}
}
