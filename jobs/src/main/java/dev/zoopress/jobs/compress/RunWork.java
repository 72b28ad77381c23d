package dev.zoopress.jobs.compress;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run had to do, summed over committed units.
 *
 * @param modelsUnchanged models that were skipped because nothing changed
 * @param filesUnchanged files, in changed models too, that were not read again
 * @param modelsFailed models that were not published
 * @param headerBytesRead bytes read by plan: headers and samples
 * @param dataBytesRead bytes read by compress, second waves and whole-file hashes included
 * @param units units of work; {@code unitsResumed} of them were found done by an unfinished run
 * @param packs packs written
 * @param memoryBoundBytes what the tasks of one executor may hold in buffers at most
 * @param wallNanos from start to end
 * @param wallStageNanos wall time by stage: scan, plan, compress, reconcile, publish
 * @param stageNanos where the time of the tasks went: read, hash, encode, write ..., in nanoseconds
 *     of one core
 * @param executorChunks chunks read by each of Spark's executors
 */
public record RunWork(
    long modelsUnchanged,
    long filesUnchanged,
    long modelsFailed,
    long headerBytesRead,
    long dataBytesRead,
    long units,
    long unitsResumed,
    long packs,
    long memoryBoundBytes,
    long wallNanos,
    Map<String, Long> wallStageNanos,
    Map<String, Long> stageNanos,
    Map<String, Long> executorChunks)
    implements Serializable {
  public RunWork {
    wallStageNanos = Collections.unmodifiableMap(new LinkedHashMap<>(wallStageNanos));
    stageNanos = Collections.unmodifiableMap(new LinkedHashMap<>(stageNanos));
    executorChunks = Collections.unmodifiableMap(new LinkedHashMap<>(executorChunks));
  }
}
