package dev.zoopress.jobs.doctor;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.StoredFile;
import dev.zoopress.jobs.doctor.DoctorResult.Rebuilt;
import dev.zoopress.jobs.index.ChunkIndex;
import dev.zoopress.jobs.index.ChunkTable;
import dev.zoopress.jobs.index.IndexObject;
import dev.zoopress.jobs.index.TableRebuild;
import dev.zoopress.jobs.inspect.Published;
import dev.zoopress.jobs.plan.Hints;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * Writes the index of chunks anew from pointers, manifests and packs, then removes the old one.
 * What sources looked like cannot be known again: damaged records of that are removed, and those
 * models are read again by the next compress.
 */
final class IndexRebuild {
  private final JavaSparkContext sc;
  private final StoreAccess access;

  IndexRebuild(JavaSparkContext sc, StoreAccess access) {
    this.sc = sc;
    this.access = access;
  }

  private record Written(int part, long rows) implements Serializable {}

  Rebuilt run() throws IOException {
    List<String> models;
    List<String> old;
    try (ObjectStore store = access.open()) {
      models = Published.models(Repository.open(store));
      old = ChunkIndex.keys(store);
    }
    sc.setJobDescription("doctor: rebuild the index");
    int slots = Math.max(1, Math.min(models.size(), 8 * sc.defaultParallelism()));
    StoreAccess open = access;
    String folder = ChunkTable.FOLDER + "rebuilt-" + UUID.randomUUID() + "/";
    long chunks =
        sc
            .parallelize(models, slots)
            .mapPartitionsToPair(own -> rows(open, own))
            .reduceByKey((a, b) -> a)
            .values()
            .mapPartitionsWithIndex((part, own) -> write(open, folder, part, own), false)
            .collect()
            .stream()
            .mapToLong(Written::rows)
            .sum();
    long published =
        sc.parallelize(models, slots).mapPartitions(own -> files(open, own)).collect().stream()
            .mapToLong(Long::longValue)
            .sum();
    TableRebuild.run(sc, access);
    long forgotten = 0;
    try (ObjectStore store = access.open()) {
      for (String key : old) {
        store.delete(key);
      }
      List<String> sources = new ArrayList<>();
      store.list("index/", o -> sources.add(o.key()));
      for (String key : sources) {
        try {
          IndexObject.check(store, key);
        } catch (CorruptContainerException e) {
          store.delete(key);
          forgotten++;
        }
      }
    }
    return new Rebuilt(models.size(), published, chunks, forgotten);
  }

  private static Iterator<Long> files(StoreAccess access, Iterator<String> models)
      throws IOException {
    long files = 0;
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.unchecked(store);
      while (models.hasNext()) {
        for (Pointer pointer : Published.of(repository, models.next()).pointers()) {
          files += pointer.files();
        }
      }
    }
    return List.of(files).iterator();
  }

  private static Iterator<Tuple2<String, ChunkTable.Row>> rows(
      StoreAccess access, Iterator<String> models) throws IOException {
    List<Tuple2<String, ChunkTable.Row>> rows = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.unchecked(store);
      ChunkCache cache = new ChunkCache(32L << 20);
      Hints hints = new Hints();
      while (models.hasNext()) {
        for (Pointer pointer : Published.of(repository, models.next()).pointers()) {
          for (FileEntry file : repository.manifest(pointer.manifest()).files()) {
            try (StoredFile stored = new StoredFile(file, repository.packs(), cache)) {
              add(file, stored, hints, seen, rows);
            }
          }
        }
      }
    }
    return rows.iterator();
  }

  private static void add(
      FileEntry file,
      StoredFile stored,
      Hints hints,
      Set<String> seen,
      List<Tuple2<String, ChunkTable.Row>> rows)
      throws IOException {
    long at = 0;
    for (SegmentEntry segment : file.segments()) {
      for (ChunkEntry chunk : segment.chunks()) {
        ChunkLocation place = chunk.location();
        String key = place.pack() + place.frameOffset() + "/" + place.offsetInFrame();
        if (seen.add(key)) {
          Hints.Hint hint =
              chunk.lengthBytes() >= Hints.MIN_CHUNK_BYTES
                  ? hints.read(stored, at, chunk.lengthBytes())
                  : new Hints.Hint(0, 0);
          rows.add(
              new Tuple2<>(
                  key,
                  ChunkTable.Row.of(
                      chunk.id(), chunk.lengthBytes(), hint.high(), hint.low(), place)));
        }
        at += chunk.lengthBytes();
      }
    }
  }

  private static Iterator<Written> write(
      StoreAccess access, String folder, int part, Iterator<ChunkTable.Row> rows)
      throws IOException {
    long count = 0;
    try (JsonLines.Writer lines = new JsonLines.Writer();
        ObjectStore store = access.open()) {
      while (rows.hasNext()) {
        lines.add(rows.next());
        count++;
      }
      if (count > 0) {
        store.put(folder + "%06d.jsonl.zst".formatted(part), lines.bytes());
      }
    }
    return List.of(new Written(part, count)).iterator();
  }
}
