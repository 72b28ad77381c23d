package dev.zoopress.jobs.chaos;

import dev.zoopress.codec.Effort;
import dev.zoopress.jobs.collect.CollectJob;
import dev.zoopress.jobs.collect.CollectOptions;
import dev.zoopress.jobs.collect.CollectOptions.Mode;
import dev.zoopress.jobs.collect.CollectResult;
import dev.zoopress.jobs.compress.CompressJob;
import dev.zoopress.jobs.compress.CompressOptions;
import dev.zoopress.jobs.compress.CompressResult;
import dev.zoopress.jobs.compress.Progress;
import dev.zoopress.jobs.optimize.OptimizeJob;
import dev.zoopress.jobs.optimize.OptimizeOptions;
import dev.zoopress.jobs.optimize.OptimizeResult;
import dev.zoopress.jobs.restore.Layout;
import dev.zoopress.jobs.restore.RestoreJob;
import dev.zoopress.jobs.restore.RestoreOptions;
import dev.zoopress.jobs.store.LeaseHeldException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.RepositoryNotFoundException;
import dev.zoopress.jobs.store.StoredObject;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * One store, one zoo, and processes that come and go in a random order; all of it follows from the
 * seed but for races inside a job. After each step every published revision is read; at the end
 * everybody is woken, and what is left must be exactly what is needed.
 */
final class Interleaving {
  private static final List<String> MODELS = List.of("one", "two", "three");
  private static final List<String> KINDS =
      List.of(
          "compress",
          "compress",
          "compress",
          "force",
          "delete",
          "gc",
          "gc",
          "gc",
          "restore",
          "optimize",
          "optimize");
  private static final Map<String, Integer> OPERATIONS =
      Map.of("compress", 130, "force", 130, "delete", 14, "gc", 60, "restore", 30, "optimize", 110);

  /** Looks of 5 ms: four minutes. */
  private static final int HANGS = 48_000;

  private final SparkSession spark;
  private final long seed;
  private final Random random;
  private final Path dir;
  private final String store;
  private final Configuration conf;
  private final Actor.Sleep sleep;
  private final Coverage coverage;
  private final TinyZoo zoo;
  private final List<Doing> doings = new ArrayList<>();
  private final List<String> story = new ArrayList<>();
  private final Set<String> mustStay = new TreeSet<>();
  private final Map<String, Map<String, String>> known = new TreeMap<>();
  private Duration passed = Duration.ZERO;

  Interleaving(
      SparkSession spark,
      long seed,
      Path dir,
      String store,
      Configuration conf,
      Actor.Sleep sleep,
      Coverage coverage)
      throws IOException {
    this.spark = spark;
    this.seed = seed;
    this.random = new Random(seed);
    this.dir = dir;
    this.store = store;
    this.conf = conf;
    this.sleep = sleep;
    this.coverage = coverage;
    this.zoo = new TinyZoo(Files.createDirectories(dir.resolve("zoo")), random);
  }

  /** What happens in a store before it is quiet. */
  @FunctionalInterface
  interface Plot {
    void play() throws Exception;
  }

  /** Random steps. */
  void run() throws Exception {
    play(
        () -> {
          for (String model : MODELS) {
            zoo.write(model);
          }
          int steps = 6 + random.nextInt(5);
          for (int i = 0; i < steps; i++) {
            step();
          }
        });
  }

  /** Plays a plot to its quiet end. */
  void play(Plot plot) throws Exception {
    try {
      plot.play();
      quiesce();
    } catch (Throwable t) {
      throw new AssertionError("seed " + seed + ": " + String.join("; ", story), t);
    } finally {
      for (Doing doing : doings) {
        doing.actor().kill();
        doing.actor().forget();
      }
    }
  }

  TinyZoo zoo() {
    return zoo;
  }

  Actor actor() {
    return new Actor(store, conf, sleep);
  }

  void later(Duration time) {
    passed = passed.plus(time);
  }

  /** How many packs and manifests are there that nothing published needs. */
  long unneeded() throws IOException {
    Truth truth = Truth.read(store, conf);
    return truth.objects.stream().filter(o -> !truth.needed.contains(o.id())).count();
  }

  Coverage coverage() {
    return coverage;
  }

  /** A job that nobody disturbs; gc has no grace. */
  void undisturbed(String kind, String model) throws Exception {
    Doing doing = start(kind, model, Duration.ZERO, actor(), "");
    settle();
    judge(doing, true);
    check();
  }

  private void step() throws Exception {
    if (random.nextInt(3) == 0) {
      zoo.write(MODELS.get(random.nextInt(MODELS.size())));
    }
    List<Doing> asleep = doings.stream().filter(d -> d.actor().sleeping()).toList();
    int limit = sleep == Actor.Sleep.PROCESS ? 2 : 1;
    if (!asleep.isEmpty() && random.nextInt(3) == 0) {
      wake(asleep.get(random.nextInt(asleep.size())));
    }
    String kind = KINDS.get(random.nextInt(KINDS.size()));
    Actor actor = actor();
    int n = 1 + random.nextInt(OPERATIONS.get(kind));
    String fate = "";
    int chance = random.nextInt(100);
    if (chance < 35) {
      actor.killedAt(n, random.nextBoolean());
      fate = " killed at " + n;
    } else if (chance < 60 && asleep.size() < limit) {
      actor.asleepAt(n);
      fate = " asleep at " + n;
    }
    Doing doing = start(kind, actor, fate);
    boolean alone = doings.stream().allMatch(d -> d == doing || d.over() || d.actor().sleeping());
    if (random.nextInt(5) == 0) {
      // The next step races with this one.
      coverage.add("races", 1);
      return;
    }
    settle();
    judge(doing, alone && fate.isEmpty());
    check();
  }

  private Doing start(String kind, Actor actor, String fate) throws IOException {
    String deletes = kind.equals("delete") ? MODELS.get(random.nextInt(MODELS.size())) : "";
    Duration grace =
        fate.startsWith(" asleep") || random.nextBoolean() ? Duration.ZERO : Duration.ofDays(1);
    if (kind.equals("gc")) {
      int pass = random.nextInt(4);
      later(
          List.of(Duration.ZERO, Duration.ZERO, Duration.ofMinutes(2), Duration.ofDays(2))
              .get(pass));
    }
    return start(kind, deletes, grace, actor, fate);
  }

  /**
   * Starts a job.
   *
   * @param deletes the model that it deletes, or empty
   */
  Doing start(String kind, String deletes, Duration grace, Actor actor, String fate) {
    Clock clock = Clock.offset(Clock.systemUTC(), passed);
    story.add(
        kind
            + (kind.equals("gc") ? " " + grace + " +" + passed : " " + deletes).stripTrailing()
            + fate);
    Path back = dir.resolve("back-" + story.size());
    Doing.Job job =
        switch (kind) {
          case "compress" -> () -> compress(actor, clock, false);
          case "force" -> () -> compress(actor, clock, true);
          case "delete" -> () -> delete(actor, deletes);
          case "gc" -> () -> gc(actor, clock, grace);
          case "optimize" -> () -> optimize(actor, clock);
          default -> () -> restore(actor, back);
        };
    forgive(deletes);
    coverage.add(kind, 1);
    Doing doing = new Doing(kind, actor, deletes, job);
    doings.add(doing);
    return doing;
  }

  private CompressResult compress(Actor actor, Clock clock, boolean force) throws IOException {
    CompressOptions options =
        CompressOptions.of(zoo.folder().toString(), actor.uri()).withEffort(Effort.FAST);
    options = force ? options.with(CompressOptions.Flag.FORCE) : options;
    CompressResult result = new CompressJob(spark, options, Progress.NONE, clock).execute();
    coverage.add("units resumed", result.work().unitsResumed());
    if (!result.failed().isEmpty()) {
      throw new IOException("failed models: " + result.failed());
    }
    return result;
  }

  private void delete(Actor actor, String model) throws IOException {
    try (ObjectStore objects = Stores.open(actor.uri(), conf)) {
      Repository.open(objects).delete(model);
    }
  }

  private CollectResult gc(Actor actor, Clock clock, Duration grace) throws IOException {
    CollectOptions options =
        new CollectOptions(actor.uri(), grace, Mode.REMOVE, "gc-" + actor.uri().substring(6));
    CollectResult result = new CollectJob(spark, options, clock).execute();
    coverage.add("objects freed", result.freed().objects());
    coverage.add("objects spared", result.spared());
    coverage.add("runs completed", result.runsCompleted().size());
    coverage.add("runs declared dead", result.runsDead().size());
    return result;
  }

  private void optimize(Actor actor, Clock clock) throws IOException {
    String run = "optimize-" + actor.uri().substring(6);
    OptimizeOptions options = OptimizeOptions.all(actor.uri(), Effort.FAST, run);
    OptimizeResult result = new OptimizeJob(spark, options, Progress.NONE, clock).execute();
    coverage.add("packs rewritten", result.chosen());
    if (!result.failed().isEmpty()) {
      throw new IOException("failed models: " + result.failed());
    }
  }

  private void restore(Actor actor, Path target) throws IOException {
    RestoreOptions options =
        new RestoreOptions(
            actor.uri(),
            List.of(),
            target.toString(),
            Layout.PLAIN,
            "",
            Set.of(RestoreOptions.Flag.FORCE),
            "restore");
    var result = new RestoreJob(spark, options, Progress.NONE).execute();
    for (var model : result.models()) {
      if (!model.errors().isEmpty()) {
        throw new IOException("not restored: " + model.errors());
      }
    }
  }

  void wake(Doing doing) throws Exception {
    story.add("wake " + doing.what());
    coverage.add("late wake-ups", 1);
    forgive(doing.deletes());
    doing.actor().wake();
    settle();
    forgive(doing.deletes());
    check();
  }

  /** Waits until everybody is over or asleep. */
  void settle() throws InterruptedException {
    for (Doing doing : doings) {
      for (int looks = 0; !doing.over() && !doing.actor().sleeping(); looks++) {
        // Counted, not timed: a machine that stood still is no failure.
        if (looks == HANGS) {
          throw new AssertionError(doing.what() + " hangs");
        }
        doing.join(5);
      }
      if (doing.over() && doing.actor().dead()) {
        coverage.add("kills", 1);
      }
      forgive(doing.deletes());
    }
    doings.removeIf(
        d -> {
          if (d.over()) {
            d.actor().forget();
          }
          return d.over();
        });
  }

  /** A model that is being deleted may lose its revisions, at any time until that is over. */
  private void forgive(String model) {
    if (!model.isEmpty()) {
      mustStay.removeIf(r -> r.startsWith(model + "@"));
    }
  }

  /** What nobody disturbed must have gone well. */
  void judge(Doing doing, boolean undisturbed) {
    if (undisturbed) {
      coverage.most("most operations of " + doing.what(), doing.actor().operations());
    }
    if (!undisturbed || doing.thrown() == null) {
      return;
    }
    for (Throwable t = doing.thrown(); t != null; t = t.getCause()) {
      if (t instanceof LeaseHeldException || t instanceof RepositoryNotFoundException) {
        coverage.add("refused", 1);
        return;
      }
    }
    throw new AssertionError(doing.what() + " failed though nobody disturbed it", doing.thrown());
  }

  void check() throws IOException {
    if (doings.stream().anyMatch(d -> !d.over() && !d.actor().sleeping())) {
      return;
    }
    Truth truth = Truth.read(store, conf);
    coverage.add("revisions read whole", truth.revisions.size());
    for (String revision : mustStay) {
      if (!truth.revisions.containsKey(revision)) {
        throw new AssertionError(revision + " is not published any more");
      }
    }
    for (Map.Entry<String, Map<String, String>> found : truth.revisions.entrySet()) {
      Map<String, String> before = known.putIfAbsent(found.getKey(), found.getValue());
      if (before != null && !before.equals(found.getValue())) {
        throw new AssertionError(found.getKey() + " changed: " + before + found.getValue());
      }
    }
    mustStay.addAll(truth.revisions.keySet());
    doings.forEach(d -> forgive(d.deletes()));
  }

  private void quiesce() throws Exception {
    settle();
    check();
    while (!doings.isEmpty()) {
      wake(doings.get(random.nextInt(doings.size())));
    }
    passed = passed.plus(Duration.ofDays(3));
    Actor last = actor();
    Clock clock = Clock.offset(Clock.systemUTC(), passed);
    story.add("quiet");
    compress(last, clock, false);
    for (int i = 0; i < 2; i++) {
      CollectResult result = gc(last, clock, Duration.ZERO);
      if (!result.unreachable().isEmpty()) {
        throw new AssertionError("unreachable after gc: " + result.unreachable());
      }
    }
    check();
    Truth truth = Truth.read(store, conf);
    Set<String> there = new HashSet<>();
    for (StoredObject object : truth.objects) {
      if (!truth.needed.contains(object.id()) || !there.add(object.id())) {
        throw new AssertionError("not needed, and still there: " + object.key());
      }
    }
    if (!there.equals(truth.needed)) {
      throw new AssertionError("needed, and not there");
    }
    try (ObjectStore objects = Stores.open(store, conf)) {
      objects.leftovers(
          o -> {
            throw new AssertionError("left over: " + o.key());
          });
      for (Map.Entry<String, Map<String, String>> model : zoo.digests().entrySet()) {
        String revision = Repository.open(objects).ref(model.getKey(), "main").orElseThrow();
        Map<String, String> stored = truth.revisions.get(model.getKey() + "@" + revision);
        if (!model.getValue().equals(stored)) {
          throw new AssertionError(model + " is stored as " + stored);
        }
      }
    }
    if (!compress(last, clock, false).nothingToDo()) {
      throw new AssertionError("a second compress found something to do");
    }
    coverage.add("operations of an undisturbed end", last.operations());
    last.forget();
  }
}
