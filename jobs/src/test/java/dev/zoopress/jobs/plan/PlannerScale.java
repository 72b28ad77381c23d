package dev.zoopress.jobs.plan;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.jobs.plan.HintTask.Hinted;
import dev.zoopress.jobs.plan.Leaders.Follower;
import dev.zoopress.jobs.reconcile.Mention;
import dev.zoopress.jobs.reconcile.Reconciler;
import dev.zoopress.jobs.source.SourceTree;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Plans and reconciles synthetic chunks, of which a fifth are duplicates, and prints what that
 * took: {@code ROWS STORE}; the Spark settings are system properties. See {@code planner_scale.py}.
 */
public final class PlannerScale {
  private static final int UNIT_ROWS = 20_000;
  private static final int TASK_ROWS = 200_000;

  private PlannerScale() {}

  private static final class Listener extends SparkListener {
    final AtomicLong cpuNanos = new AtomicLong();
    final AtomicLong spilled = new AtomicLong();
    final AtomicLong shuffled = new AtomicLong();
    final AtomicLong failed = new AtomicLong();
    final AtomicLong peak = new AtomicLong();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      TaskMetrics metrics = end.taskMetrics();
      if (!end.taskInfo().successful()) {
        failed.incrementAndGet();
      }
      if (metrics != null) {
        cpuNanos.addAndGet(metrics.executorCpuTime());
        spilled.addAndGet(metrics.diskBytesSpilled());
        shuffled.addAndGet(metrics.shuffleWriteMetrics().bytesWritten());
      }
      peak.accumulateAndGet(usedAfterCollection(), Math::max);
    }
  }

  /** Heap that the last collections left in use. */
  private static long usedAfterCollection() {
    long sum = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage usage = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
      sum += usage == null ? 0 : usage.getUsed();
    }
    return sum;
  }

  /** Four of five chunks are new, the fifth is one of a sixteenth of the others. */
  private static long content(long row) {
    return row % 5 == 4 ? row % (1 + row / 16) / 5 * 5 : row;
  }

  private static long mixed(long value) {
    long z = value * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  private static Follower place(long row) {
    return new Follower(
        (int) (row / (4 * TASK_ROWS)), (int) (row / 300), (int) (row / 100), row * (16L << 20));
  }

  private static Iterator<Hinted> hints(RunContext context, Iterator<Integer> tasks, long rows)
      throws IOException {
    List<Hinted> hinted = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      RunFolder run = new RunFolder(store, context.runId());
      while (tasks.hasNext()) {
        int task = tasks.next();
        long end = Math.min(rows, (task + 1L) * TASK_ROWS);
        try (JsonLines.Writer out = new JsonLines.Writer()) {
          for (long row = (long) task * TASK_ROWS; row < end; row++) {
            Follower at = place(row);
            long hint = content(row);
            out.add(
                new Hints.Row(
                    mixed(hint),
                    mixed(~hint),
                    (int) (row / UNIT_ROWS),
                    at.slice(),
                    at.model(),
                    at.content(),
                    at.offset(),
                    16 << 20));
          }
          String key = run.write("plan/hints", task, out);
          hinted.add(new Hinted(key, end - (long) task * TASK_ROWS, "", 0, List.of()));
        }
      }
    }
    return hinted.iterator();
  }

  /** What units say of their chunks: the first stores, the others refer, a few to nothing. */
  private static Iterator<Mention> mentions(Iterator<Integer> tasks, long rows) {
    int task = tasks.next();
    long from = (long) task * TASK_ROWS;
    int count = (int) (Math.min(rows, from + TASK_ROWS) - from);
    return IntStream.range(0, count).mapToObj(i -> mention(from + i)).iterator();
  }

  private static Mention mention(long row) {
    long content = content(row);
    byte[] name = ByteBuffer.allocate(8).putLong(content).array();
    ChunkId id = ChunkId.of(Digests.sha256().digest(name));
    int unit = (int) (row / UNIT_ROWS);
    if (content != row) {
      return new Mention(id, unit, null, place(row));
    }
    String pack = "%064x".formatted(row / 20);
    return new Mention(
        id, unit, new Mention.At(pack, row % 20 * (12L << 20), 12 << 20, 16 << 20, 0, "", 0), null);
  }

  public static void main(String[] args) throws IOException {
    long rows = Long.parseLong(args[0]);
    SparkConf conf = new SparkConf().setAppName("planner scale");
    Map<String, Object> figures = new LinkedHashMap<>();
    try (JavaSparkContext sc = new JavaSparkContext(conf)) {
      RunContext context =
          new RunContext(
              "scale",
              "synthetic",
              SourceTree.Layout.TREE,
              args[1],
              Effort.BEST,
              false,
              true,
              List.of(),
              sc.broadcast(new SerializableConfiguration(sc.hadoopConfiguration())));
      int tasks = (int) ((rows - 1) / TASK_ROWS + 1);
      JavaRDD<Integer> numbers = sc.parallelize(IntStream.range(0, tasks).boxed().toList(), tasks);
      List<Hinted> hinted = numbers.mapPartitions(t -> hints(context, t, rows)).collect();
      Listener listener = new Listener();
      sc.sc().addSparkListener(listener);
      long start = System.nanoTime();
      long followers = Leaders.followers(sc, context, hinted, sc.emptyRDD(), tasks).count();
      long planned = System.nanoTime();
      long placed;
      long missing;
      JavaRDD<Mention> mentions = numbers.mapPartitions(t -> mentions(t, rows));
      try (Reconciler reconciler = new Reconciler(mentions, sc.emptyRDD(), tasks)) {
        missing = reconciler.missing(1_000_000).size();
        placed = reconciler.placed().count();
      }
      long reconciled = System.nanoTime();
      figures.put("rows", rows);
      figures.put("followers", followers);
      figures.put("placed", placed);
      figures.put("missing", missing);
      figures.put("planSeconds", (planned - start) / 100_000_000 / 10.0);
      figures.put("reconcileSeconds", (reconciled - planned) / 100_000_000 / 10.0);
      figures.put("executorCpuSeconds", listener.cpuNanos.get() / 100_000_000 / 10.0);
      figures.put("shuffleBytes", listener.shuffled.get());
      figures.put("spilledBytes", listener.spilled.get());
      figures.put("failedTasks", listener.failed.get());
      figures.put("driverHeapMaxMiB", Runtime.getRuntime().maxMemory() >> 20);
      figures.put("driverHeapAfterCollectionMiB", listener.peak.get() >> 20);
    }
    System.out.println(new ObjectMapper().writeValueAsString(figures));
  }
}
