package dev.zoopress.jobs.inspect;

import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.jobs.index.IndexTables;
import dev.zoopress.jobs.restore.Layout;
import dev.zoopress.jobs.restore.Selection;
import dev.zoopress.jobs.restore.StoredRevision;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;

/**
 * Unpublishes a model or one of its revisions. Which of its packs nobody else needs is asked of all
 * other manifests, by tasks; the driver holds the ids of the deleted model's packs.
 */
public final class DeleteJob {
  private final SparkSession spark;
  private final String store;
  private final String wanted;
  private final Mode mode;

  /** Whether anything is done. */
  public enum Mode {
    DRY_RUN,
    DELETE
  }

  /**
   * @param wanted {@code MODEL[@REV]}; without a revision all of them
   */
  public DeleteJob(SparkSession spark, String store, String wanted, Mode mode) {
    this.spark = Objects.requireNonNull(spark);
    this.store = Objects.requireNonNull(store);
    this.wanted = Objects.requireNonNull(wanted);
    this.mode = Objects.requireNonNull(mode);
  }

  /**
   * Counts, then unpublishes.
   *
   * @throws IOException if there is no such model
   */
  public DeleteResult execute() throws IOException {
    StoreAccess access = StoreAccess.of(spark, store);
    try (ObjectStore objects = access.open()) {
      Repository repository = Repository.open(objects);
      List<StoredRevision> chosen = Selection.sound(repository, wanted, Layout.HF_CACHE);
      DeleteResult result = count(repository, access, chosen);
      if (mode == Mode.DELETE) {
        if (wanted.contains("@")) {
          for (StoredRevision revision : chosen) {
            repository.delete(revision.model(), revision.revision());
          }
        } else {
          repository.delete(wanted);
        }
        try (IndexTables tables = new IndexTables(objects)) {
          for (Pointer pointer : result.revisions()) {
            tables.add(pointer.deletion(), new Manifest(List.of()));
          }
          tables.put("delete-" + UUID.randomUUID(), 0);
        }
      }
      return result;
    } finally {
      access.release();
    }
  }

  private DeleteResult count(Repository repository, StoreAccess access, List<StoredRevision> chosen)
      throws IOException {
    Set<String> free = new HashSet<>();
    Map<ChunkLocation, Long> shares = new HashMap<>();
    List<Pointer> pointers = new ArrayList<>();
    long[] freed = {0};
    for (StoredRevision revision : chosen) {
      Manifest manifest = repository.manifest(revision.manifest());
      free.add(revision.manifest());
      needs(manifest, free);
      for (FileEntry file : manifest.files()) {
        for (SegmentEntry segment : file.segments()) {
          segment
              .chunks()
              .forEach(c -> shares.put(c.location(), Places.share(c.location(), c.lengthBytes())));
        }
      }
      pointers.add(repository.pointer(revision.model(), revision.revision()).orElseThrow());
      repository.pointerObjects(
          revision.model(), revision.revision(), object -> freed[0] += object.sizeBytes());
    }
    free.removeAll(usedByOthers(repository, access, chosen, free));
    long packs = 0;
    for (StoredRevision revision : chosen) {
      if (free.remove(revision.manifest())) {
        freed[0] += repository.manifestBytes(revision.manifest());
      }
    }
    for (String pack : free) {
      freed[0] += repository.packBytes(pack);
      packs++;
    }
    long kept =
        shares.entrySet().stream()
            .filter(e -> !free.contains(e.getKey().pack()))
            .mapToLong(Map.Entry::getValue)
            .sum();
    return new DeleteResult(pointers, freed[0], packs, kept);
  }

  private static void needs(Manifest manifest, Set<String> packs) {
    for (FileEntry file : manifest.files()) {
      Places.needed(file, (chunk, segment, role) -> packs.add(chunk.location().pack()));
    }
  }

  /** Which of these packs and manifests other revisions need. */
  private Set<String> usedByOthers(
      Repository repository, StoreAccess access, List<StoredRevision> chosen, Set<String> ids)
      throws IOException {
    JavaSparkContext sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<String> models = Published.models(repository);
    Set<String> gone = new HashSet<>();
    chosen.forEach(r -> gone.add(r.model() + "@" + r.revision()));
    Broadcast<Set<String>> wantedIds = sc.broadcast(new HashSet<>(ids));
    Broadcast<Set<String>> deleted = sc.broadcast(gone);
    sc.setJobDescription("delete: what others need");
    try {
      int parts = Math.max(1, Math.min(models.size(), 16 * sc.defaultParallelism()));
      return new TreeSet<>(
          sc.parallelize(models, parts)
              .mapPartitions(own -> used(access, own, deleted.value(), wantedIds.value()))
              .distinct()
              .collect());
    } finally {
      wantedIds.destroy();
      deleted.destroy();
      sc.setJobDescription(null);
    }
  }

  private static Iterator<String> used(
      StoreAccess access, Iterator<String> models, Set<String> deleted, Set<String> ids)
      throws IOException {
    Set<String> used = new HashSet<>();
    try (ObjectStore objects = access.open()) {
      Repository repository = Repository.open(objects);
      while (models.hasNext()) {
        for (Pointer pointer : Published.of(repository, models.next()).pointers()) {
          if (!deleted.contains(pointer.model() + "@" + pointer.revision())) {
            used.add(pointer.manifest());
            needs(repository.manifest(pointer.manifest()), used);
            used.retainAll(ids);
          }
        }
      }
    }
    return used.iterator();
  }
}
