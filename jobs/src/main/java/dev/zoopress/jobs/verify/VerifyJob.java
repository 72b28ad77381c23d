package dev.zoopress.jobs.verify;

import dev.zoopress.jobs.compress.Progress;
import dev.zoopress.jobs.inspect.StoreSizes;
import dev.zoopress.jobs.restore.Selection;
import dev.zoopress.jobs.restore.Ticker;
import dev.zoopress.jobs.store.ObjectInfo;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import dev.zoopress.jobs.verify.FilePlan.Piece;
import dev.zoopress.jobs.verify.VerifyResult.Comparison;
import dev.zoopress.jobs.verify.VerifyResult.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Verifies a store: its small objects, then packs and files, then what damage means for models. The
 * driver holds a row per revision and at most 10,000 findings.
 */
public final class VerifyJob {
  private final SparkSession spark;
  private final JavaSparkContext sc;
  private final VerifyOptions options;
  private final Progress progress;

  public VerifyJob(SparkSession spark, VerifyOptions options, Progress progress) {
    this.spark = Objects.requireNonNull(spark);
    this.sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.options = Objects.requireNonNull(options);
    this.progress = Objects.requireNonNull(progress);
  }

  /**
   * Runs to the end, whatever is damaged.
   *
   * @throws IOException if there is no repository, no such model, or the store cannot be listed
   */
  public VerifyResult execute() throws IOException {
    StoreAccess access = StoreAccess.of(spark, options.store());
    try (ObjectStore store = access.open()) {
      return new Execution(store, access).run();
    } finally {
      sc.setJobDescription(null);
      access.release();
    }
  }

  private final class Execution {
    private final long startNanos = System.nanoTime();
    private final ObjectStore store;
    private final StoreAccess access;
    private final List<RevisionRow> rows = new ArrayList<>();
    private final List<Revisions.Ref> refs = new ArrayList<>();
    private Tally tally = new Tally();

    Execution(ObjectStore store, StoreAccess access) {
      this.store = store;
      this.access = access;
    }

    VerifyResult run() throws IOException {
      revisions();
      JavaRDD<ObjectInfo> objects = StoreSizes.objects(sc, access);
      if (options.models().isEmpty()) {
        describe("small objects");
        collect(objects.repartition(slots()).mapPartitions(new SmallObjects(access)));
      }
      Set<String> ids = new LinkedHashSet<>();
      rows.stream().map(RevisionRow::manifest).filter(m -> !m.isEmpty()).forEach(ids::add);
      JavaRDD<String> manifests =
          sc.parallelize(List.copyOf(ids), Math.max(1, Math.min(ids.size(), slots())));
      describe("manifests");
      collect(manifests.mapPartitions(new ManifestTask(access)));
      Sample sample = null;
      switch (options.mode()) {
        case QUICK -> packs(objects, manifests, PackRefs.Detail.ENDS);
        case SAMPLE -> {
          packs(objects, manifests, PackRefs.Detail.ENDS);
          sample = sample(manifests);
        }
        case FULL -> {
          files(manifests);
          packs(objects, manifests, PackRefs.Detail.CHUNKS);
        }
      }
      return result(sample, options.against().isEmpty() ? null : originals());
    }

    private int slots() {
      return 8 * sc.defaultParallelism();
    }

    private void describe(String what) {
      sc.setJobDescription("verify: " + what);
      progress.update(new Progress.Snapshot("verify " + what, 0, 0, 0, 0, 0));
    }

    private void collect(JavaRDD<Tally> found) {
      found.collect().forEach(t -> tally = tally.plus(t));
    }

    private void revisions() throws IOException {
      Repository repository = Repository.unchecked(store);
      Set<String> names = new TreeSet<>();
      Map<String, List<String>> wanted = new HashMap<>();
      if (options.models().isEmpty()) {
        repository.models(names::add);
        if (names.isEmpty() || store.size("zoopress.json").isPresent()) {
          open();
        } else {
          tally.add(
              new Damage(Damage.Kind.MISSING, "zoopress.json", 0, "it is not there, models are"));
        }
      } else {
        Repository.open(store);
        for (String model : options.models()) {
          int at = model.lastIndexOf('@');
          String name = at < 0 ? model : model.substring(0, at);
          names.add(name);
          wanted
              .computeIfAbsent(name, n -> new ArrayList<>())
              .add(at < 0 ? "" : model.substring(at + 1));
        }
      }
      describe("pointers of " + names.size() + " models");
      int parts = Math.max(1, Math.min(names.size(), slots()));
      for (Revisions.OfModel found :
          sc.parallelize(List.copyOf(names), parts)
              .mapPartitions(new Revisions(access))
              .collect()) {
        found.damage().forEach(tally::add);
        refs.addAll(found.refs());
        for (RevisionRow row : found.rows()) {
          if (wanted.isEmpty() || chosen(row, wanted.get(row.model()), found.refs())) {
            rows.add(row);
          }
        }
      }
      for (String name : wanted.keySet()) {
        if (rows.stream().noneMatch(r -> r.model().equals(name))) {
          throw new Selection.NotInStoreException(
              name + ": no such model or revision in the store; 'zoopress ls' lists what is there");
        }
      }
    }

    /** A damaged root is reported with the small objects, a missing repository ends it here. */
    private void open() throws IOException {
      try {
        Repository.open(store);
      } catch (dev.zoopress.codec.CorruptContainerException e) {
        tally.add(Damage.of("zoopress.json", 0, e));
      }
    }

    private static boolean chosen(RevisionRow row, List<String> wanted, List<Revisions.Ref> refs) {
      return wanted.stream()
          .anyMatch(
              w ->
                  row.revision().startsWith(w)
                      || refs.stream()
                          .anyMatch(
                              r -> r.name().equals(w) && r.revision().equals(row.revision())));
    }

    private void files(JavaRDD<String> manifests) {
      sc.setJobDescription("verify: plan files");
      JavaRDD<Piece> pieces =
          FilePlan.pieces(manifests, access).persist(StorageLevel.MEMORY_AND_DISK());
      try {
        Tuple2<Long, Tuple2<Long, Long>> sums =
            pieces
                .map(p -> new Tuple2<>(p.bytes(), new Tuple2<>((long) p.files().size(), 1L)))
                .fold(
                    new Tuple2<>(0L, new Tuple2<>(0L, 0L)),
                    (a, b) ->
                        new Tuple2<>(
                            a._1() + b._1(),
                            new Tuple2<>(a._2()._1() + b._2()._1(), a._2()._2() + b._2()._2())));
        if (sums._2()._2() == 0) {
          return;
        }
        int partitions = (int) Math.min(sums._2()._2(), Math.max(slots(), sums._2()._2() / 16));
        sc.setJobDescription("verify: decode files");
        try (Ticker ticker =
            new Ticker(spark.sparkContext(), progress, "verify files", sums._1(), sums._2()._1())) {
          collect(
              FilePlan.dealt(pieces, partitions)
                  .mapPartitions(new FileTask(access, ticker.counters())));
        }
      } finally {
        pieces.unpersist();
      }
    }

    private void packs(
        JavaRDD<ObjectInfo> objects, JavaRDD<String> manifests, PackRefs.Detail detail) {
      sc.setJobDescription("verify: packs");
      boolean all = options.models().isEmpty();
      JavaPairRDD<String, ObjectInfo> listed =
          objects
              .filter(o -> StoreSizes.area(o.key()).equals("packs"))
              .mapToPair(o -> new Tuple2<>(packId(o.key()), o));
      JavaPairRDD<String, PackRefs.Ref> needed =
          manifests.mapPartitionsToPair(new PackRefs(access, detail));
      needed =
          detail == PackRefs.Detail.ENDS
              ? needed.reduceByKey(PackRefs.Ref::last)
              : needed.distinct();
      int partitions = slots() * 2;
      try (Ticker ticker = new Ticker(spark.sparkContext(), progress, "verify packs", 0, 0)) {
        collect(
            listed
                .cogroup(needed, partitions)
                .filter(t -> all || t._2()._2().iterator().hasNext())
                .map(t -> t)
                .mapPartitions(new PackTask(access, options.mode(), ticker.counters())));
      }
    }

    private Sample sample(JavaRDD<String> manifests) throws IOException {
      sc.setJobDescription("verify: sample");
      try (Ticker ticker = new Ticker(spark.sparkContext(), progress, "verify sample", 0, 0)) {
        Sampling sampling = new Sampling(manifests, access, ticker.counters(), slots());
        double share = options.samplePercent() / 100;
        Sample sample =
            options.maxDuration() == null
                ? sampling.fixed(share)
                : sampling.resumed(
                    store,
                    share,
                    () -> System.nanoTime() - startNanos < options.maxDuration().toNanos());
        tally = tally.plus(sampling.tally());
        return sample;
      }
    }

    private Comparison originals() throws IOException {
      sc.setJobDescription("verify: compare with " + options.against());
      try (Ticker ticker = new Ticker(spark.sparkContext(), progress, "compare", 0, 0)) {
        List<String> names =
            options.models().isEmpty()
                ? List.of()
                : rows.stream().map(RevisionRow::model).distinct().toList();
        return new Originals(options.against(), access.hadoop().value().value(), access, rows, refs)
            .compare(sc, ticker.counters(), names);
      }
    }

    private VerifyResult result(Sample sample, Comparison comparison) {
      List<Damage> damage = List.copyOf(tally.damage());
      sc.setJobDescription("verify: which models " + damage.size() + " findings touch");
      Touched touched = Touched.of(sc, access, rows, damage, slots());
      return new VerifyResult(
          touched.models(),
          touched.findings(),
          tally.damageCount(),
          tally.objects(),
          tally.files(),
          tally.chunks(),
          tally.bytes(),
          sample,
          comparison);
    }
  }

  private static String packId(String key) {
    String name = key.substring(key.lastIndexOf('/') + 1);
    return name.matches("[0-9a-f]{64}(\\.[0-9]{1,3})?\\.zpk") ? name.substring(0, 64) : name;
  }
}
