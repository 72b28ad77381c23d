package dev.zoopress.jobs.compress;

import dev.zoopress.jobs.publish.PublishTask;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Adds up what units and slices report; only committed results count. */
final class RunSums {
  private final Map<String, ByteShare> dtypes = new TreeMap<>();
  private final Map<String, Long> stageNanos = new LinkedHashMap<>();
  private final Map<String, Long> executorChunks = new TreeMap<>();
  private ByteShare delta = new ByteShare(0, 0);
  private ByteShare entropy = new ByteShare(0, 0);
  private ByteShare raw = new ByteShare(0, 0);
  private long duplicateBytes;
  private long packBytes;
  private long packs;
  private long units;
  private long unitsResumed;
  private long dataBytesRead;
  private long models;
  private long files;
  private long sourceBytes;
  long addedBytes;
  private long modelsFailed;
  long chunks;
  long modelsUnchanged;
  long filesUnchanged;
  long headerBytesRead;
  long memoryBoundBytes;

  void add(UnitTask.Done done) {
    UnitRecord.Summary s = done.summary();
    units++;
    unitsResumed += done.resumed() ? 1 : 0;
    dataBytesRead += done.bytesRead();
    chunks += s.chunks();
    executorChunks.merge(done.executor(), s.chunks(), Long::sum);
    duplicateBytes += s.duplicateBytes();
    delta = delta.plus(s.delta());
    entropy = entropy.plus(s.entropy());
    raw = raw.plus(s.raw());
    s.dtypes().forEach((dtype, share) -> dtypes.merge(dtype, share, ByteShare::plus));
    packs += s.packs().size();
    packBytes += s.packs().stream().mapToLong(UnitRecord.PackRow::sizeBytes).sum();
    done.stageNanos().forEach((stage, nanos) -> stageNanos.merge(stage, nanos, Long::sum));
  }

  void add(PublishTask.Done done) {
    models += done.stored();
    files += done.files();
    sourceBytes += done.sourceBytes();
    addedBytes += done.addedBytes();
    modelsFailed += done.failures();
  }

  Totals totals() {
    return new Totals(
        models,
        files,
        chunks,
        sourceBytes,
        packBytes + addedBytes,
        Map.of(
            "duplicates",
            new ByteShare(duplicateBytes, 0),
            "delta",
            delta,
            "entropy",
            entropy,
            "raw",
            raw),
        dtypes);
  }

  RunWork work(long wallNanos, Map<String, Long> wallStageNanos) {
    return new RunWork(
        modelsUnchanged,
        filesUnchanged,
        modelsFailed,
        headerBytesRead,
        dataBytesRead,
        units,
        unitsResumed,
        packs,
        memoryBoundBytes,
        wallNanos,
        wallStageNanos,
        stageNanos,
        executorChunks);
  }
}
