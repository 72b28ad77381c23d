package dev.zoopress.jobs.compress;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sums of one run over the models it stored (or planned).
 *
 * @param storedBytes bytes added to the store outside {@code runs/}: packs, manifests, pointers,
 *     index
 * @param by source and stored bytes per technique: {@code duplicates}, {@code delta}, {@code
 *     entropy}, {@code raw}
 * @param dtypes source and stored bytes per element type
 */
public record Totals(
    long models,
    long files,
    long chunks,
    long sourceBytes,
    long storedBytes,
    Map<String, ByteShare> by,
    Map<String, ByteShare> dtypes)
    implements Serializable {

  public Totals {
    by = Collections.unmodifiableMap(new TreeMap<>(by));
    dtypes = Collections.unmodifiableMap(new TreeMap<>(dtypes));
  }

  /** Share of the source bytes that the store does not need, 0 where there was nothing. */
  public double saved() {
    return sourceBytes == 0 ? 0 : 1 - (double) storedBytes / sourceBytes;
  }
}
