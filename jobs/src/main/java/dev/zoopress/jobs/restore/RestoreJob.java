package dev.zoopress.jobs.restore;

import dev.zoopress.jobs.compress.Progress;
import dev.zoopress.jobs.restore.PlanTask.Planned;
import dev.zoopress.jobs.restore.RestoreOptions.Flag;
import dev.zoopress.jobs.restore.RestoreResult.FileError;
import dev.zoopress.jobs.restore.RestoreResult.RestoredModel;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Brings files back, byte for byte. Nothing is replaced unless asked for; a file appears when it is
 * whole and has its SHA-256.
 */
public final class RestoreJob {
  /** Larger files are written by several tasks. */
  public static final long LARGE_BYTES = 1L << 30;

  private static final long RANGE_BYTES = 256L << 20;

  private final SparkSession spark;
  private final RestoreOptions options;
  private final Progress progress;
  private final RestoreSettings settings;
  private final TreeMap<String, RestoredModel> rows = new TreeMap<>();

  public RestoreJob(SparkSession spark, RestoreOptions options, Progress progress) {
    this(spark, options, progress, LARGE_BYTES);
  }

  /** For tests: {@code largeBytes} is where {@link #LARGE_BYTES} stands otherwise. */
  RestoreJob(SparkSession spark, RestoreOptions options, Progress progress, long largeBytes) {
    this.spark = Objects.requireNonNull(spark);
    this.options = Objects.requireNonNull(options);
    this.progress = Objects.requireNonNull(progress);
    this.settings =
        new RestoreSettings(
            options.store(),
            options.target(),
            options.layout(),
            options.file(),
            options.flags(),
            options.runId(),
            largeBytes,
            new SerializableConfiguration(spark.sparkContext().hadoopConfiguration()));
  }

  /**
   * Restores what the options select. Files that cannot come back are part of the result.
   *
   * @throws IOException if the store cannot be read, the target not written, or a model is not
   *     there
   */
  public RestoreResult execute() throws IOException {
    if (settings.layout() == Layout.HF_CACHE && !settings.local()) {
      throw new IOException(
          settings.target() + ": the cache layout needs symbolic links: use a local folder");
    }
    try (ObjectStore target = Stores.open(settings.target(), settings.hadoop())) {
      if (Repository.isIn(target)) {
        throw new IOException(
            settings.target() + ": a store, files must not be mixed into it: choose another --to");
      }
    }
    try (OpenStore store = new OpenStore(settings.store(), settings.hadoop())) {
      Selection selection = Selection.of(store.repository(), options.models(), options.layout());
      for (StoredRevision revision : selection.revisions()) {
        add(Report.of(revision, 0, 0, 0, 0));
      }
      selection
          .damaged()
          .forEach(
              (model, why) ->
                  add(Report.error(new StoredRevision(model, "", ""), FileError.of("", why), "")));
      List<Piece> pieces = plan(selection.revisions());
      if (!options.flags().contains(Flag.DRY_RUN)) {
        try {
          write(pieces);
          if (settings.layout() == Layout.HF_CACHE) {
            writeRefs(selection);
          }
        } finally {
          removeDrafts();
        }
      } else {
        run("look", pieces);
      }
    }
    return new RestoreResult(new ArrayList<>(rows.values()));
  }

  private List<Piece> plan(List<StoredRevision> revisions) {
    List<Piece> pieces = new ArrayList<>();
    if (revisions.isEmpty()) {
      return pieces;
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    context.setJobDescription("restore: plan " + revisions.size() + " revisions");
    int slices = Math.min(revisions.size(), 4 * context.defaultParallelism());
    for (Planned planned :
        context.parallelize(revisions, slices).mapPartitions(new PlanTask(settings)).collect()) {
      if (planned.piece() != null) {
        pieces.add(planned.piece());
      } else {
        add(planned.report());
      }
    }
    return pieces;
  }

  /** Whole files and ranges first; then each large file that has all its ranges gets its name. */
  private void write(List<Piece> pieces) throws IOException {
    List<Piece> now = new ArrayList<>();
    List<Piece> large = new ArrayList<>();
    for (Piece piece : pieces) {
      (piece.kind() == Piece.Kind.FINISH ? large : now).add(piece);
    }
    if (settings.local()) {
      large.forEach(piece -> addRanges(piece, RANGE_BYTES, now));
      Set<String> failed = failures(run("restore", now));
      large.removeIf(piece -> failed.contains(piece.largeName()));
      run("check", large);
      return;
    }
    try (Uploads uploads = new Uploads(settings)) {
      for (Piece piece : large) {
        Piece upload = uploads.start(piece);
        long range =
            Math.max(upload.partBytes(), RANGE_BYTES / upload.partBytes() * upload.partBytes());
        addRanges(upload, range, now);
        now.add(Piece.of(Piece.Kind.HASH, piece.revision(), piece.firstFile(), piece.bytes()));
      }
      List<Report> reports = run("restore", now);
      Set<String> failed = failures(reports);
      large.removeIf(piece -> failed.contains(piece.largeName()));
      for (Piece piece : large) {
        uploads.complete(piece, reports);
        add(Report.of(piece.revision(), 1, 1, piece.bytes(), piece.bytes()));
      }
    }
  }

  private static void addRanges(Piece piece, long rangeBytes, List<Piece> ranges) {
    for (long from = 0; from < piece.bytes(); from += rangeBytes) {
      ranges.add(piece.range(from, Math.min(piece.bytes(), from + rangeBytes)));
    }
  }

  private static Set<String> failures(List<Report> reports) {
    Set<String> failed = new HashSet<>();
    for (Report report : reports) {
      if (report.failed() && !report.large().isEmpty()) {
        failed.add(report.large());
      }
    }
    return failed;
  }

  private List<Report> run(String stage, List<Piece> pieces) {
    if (pieces.isEmpty()) {
      return List.of();
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<List<Piece>> groups = Groups.of(pieces, context.defaultParallelism());
    long bytes =
        pieces.stream().filter(p -> p.kind() != Piece.Kind.HASH).mapToLong(Piece::bytes).sum();
    long files = pieces.stream().mapToLong(p -> p.endFile() - p.firstFile()).sum();
    context.setJobDescription("restore: " + stage + " " + files + " files");
    try (Ticker ticker = new Ticker(spark.sparkContext(), progress, stage, bytes, files)) {
      List<Report> reports =
          context
              .parallelize(groups, groups.size())
              .mapPartitions(new PieceTask(settings, ticker.counters()))
              .collect();
      reports.forEach(this::add);
      return reports;
    }
  }

  private void add(Report report) {
    RestoredModel row = report.row();
    rows.merge(row.model() + "@" + row.revision(), row, RestoredModel::plus);
  }

  private void removeDrafts() throws IOException {
    if (settings.local()) {
      try (Destination destination = settings.open()) {
        ((LocalDestination) destination).removeDrafts();
      }
    }
  }

  private void writeRefs(Selection selection) throws IOException {
    try (Destination destination = settings.open()) {
      for (Selection.Ref ref : selection.refs()) {
        try {
          RefFile.write(destination, ref, options.flags());
        } catch (Destination.ObstacleException e) {
          StoredRevision revision = new StoredRevision(ref.model(), ref.revision(), "");
          add(Report.error(revision, FileError.of("refs/" + ref.name(), e), ""));
        }
      }
    }
  }

  /** Pieces for tasks: the largest first, small ones together. */
  static final class Groups {
    private static final long FILE_COST_BYTES = 64 << 10;
    private static final long MIN_GROUP_BYTES = 8L << 20;
    private static final long MAX_GROUP_BYTES = 256L << 20;

    private Groups() {}

    static List<List<Piece>> of(List<Piece> pieces, int slots) {
      List<Piece> sorted = new ArrayList<>(pieces);
      sorted.sort(Comparator.comparingLong(Groups::cost).reversed());
      long total = sorted.stream().mapToLong(Groups::cost).sum();
      long target =
          Math.max(MIN_GROUP_BYTES, Math.min(MAX_GROUP_BYTES, total / (8L * Math.max(1, slots))));
      List<List<Piece>> groups = new ArrayList<>();
      List<Piece> group = new ArrayList<>();
      long cost = 0;
      for (Piece piece : sorted) {
        group.add(piece);
        cost += cost(piece);
        if (cost >= target) {
          groups.add(group);
          group = new ArrayList<>();
          cost = 0;
        }
      }
      if (!group.isEmpty()) {
        groups.add(group);
      }
      return groups;
    }

    private static long cost(Piece piece) {
      return piece.bytes() + FILE_COST_BYTES * (piece.endFile() - piece.firstFile());
    }
  }
}
