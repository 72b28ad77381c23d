package dev.zoopress.jobs.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.Effort;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.collect.CollectJob;
import dev.zoopress.jobs.collect.CollectOptions;
import dev.zoopress.jobs.compress.CompressJob;
import dev.zoopress.jobs.compress.CompressOptions;
import dev.zoopress.jobs.compress.Progress;
import dev.zoopress.jobs.compress.SmallZoo;
import dev.zoopress.jobs.doctor.DoctorJob;
import dev.zoopress.jobs.inspect.DeleteJob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index page's views and examples answer as they say, after every command that writes. */
class IndexViewsTest {
  private static final int COUNT = 100_000;

  @TempDir Path dir;
  private Path zoo;
  private String store;

  @BeforeEach
  void compressed() throws IOException {
    zoo = dir.resolve("zoo");
    store = dir.resolve("store").toString();
    byte[] base = SmallZoo.weights(1, COUNT);
    model("org/base", base);
    model("org/copy", base);
    model("org/other", SmallZoo.weights(2, COUNT));
    ByteBuffer tuned = ByteBuffer.wrap(base.clone()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < base.length; i += 4) {
      tuned.putInt(i, tuned.getInt(i) + i % 3);
    }
    model("org/tuned", tuned.array());
    compress();
  }

  private void model(String name, byte[] weights) throws IOException {
    SmallZoo.write(
        zoo.resolve(name + "/model.safetensors"),
        SmallZoo.safetensors(SmallZoo.tensors("w", weights)));
  }

  private void compress() throws IOException {
    new CompressJob(
            TestSpark.session(),
            CompressOptions.of(zoo.toString(), store).withEffort(Effort.FAST),
            Progress.NONE)
        .execute();
  }

  private SparkSession views() throws IOException {
    SparkSession spark = TestSpark.session().newSession();
    spark.conf().set("spark.sql.shuffle.partitions", "2");
    spark.sql("SET zoopress.store=" + store);
    String text = Files.readString(root().resolve("conf/index-views.sql"));
    for (String statement : text.replaceAll("(?m)^--.*$", "").split(";")) {
      if (!statement.isBlank()) {
        spark.sql(statement);
      }
    }
    return spark;
  }

  private static Path root() {
    Path here = Path.of("").toAbsolutePath();
    return Files.isDirectory(here.resolve("conf")) ? here : here.getParent();
  }

  private static List<String> ask(SparkSession spark, String sql) {
    return spark.sql(sql).collectAsList().stream().map(r -> r.mkString(" ")).toList();
  }

  private long tableFiles() throws IOException {
    try (var files = Files.walk(Path.of(store, "index/tables"))) {
      return files.filter(f -> f.toString().endsWith(".parquet")).count();
    }
  }

  @Test
  void viewsAnswerAndThePagesExamplesRun() throws IOException {
    SparkSession spark = views();

    assertThat(ask(spark, "SELECT model, files FROM models ORDER BY model"))
        .containsExactly("org/base 1", "org/copy 1", "org/other 1", "org/tuned 1");
    assertThat(ask(spark, "SELECT path, size_bytes > 400000 FROM files"))
        .hasSize(4)
        .containsOnly("model.safetensors true");
    assertThat(
            ask(
                spark,
                "SELECT model, exclusive_bytes > 300000, shared_bytes > 300000 FROM model_bytes ORDER BY model"))
        .containsExactly(
            "org/base false true",
            "org/copy false true",
            "org/other true false",
            "org/tuned false true");
    assertThat(ask(spark, "SELECT model, other FROM near_duplicates"))
        .containsExactly("org/base org/copy");
    assertThat(ask(spark, "SELECT model, base_model FROM lineage ORDER BY base_model"))
        .containsExactly("org/tuned org/base", "org/tuned org/copy");
    assertThat(
            ask(
                spark,
                "SELECT DISTINCT model FROM pack_models WHERE pack = (SELECT pack FROM chunks WHERE"
                    + " model = 'org/base' AND tensor = 'w' LIMIT 1) AND model LIKE '%tuned'"))
        .containsExactly("org/tuned");
    assertThat(ask(spark, "SELECT sum(packs) > 0 FROM deletion_frees WHERE model = 'org/tuned'"))
        .containsExactly("true");
    Matcher blocks =
        Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(root().resolve("jobs/INDEX.md")));
    List<Integer> rows = new ArrayList<>();
    while (blocks.find()) {
      rows.add(ask(spark, blocks.group(1)).size());
    }
    assertThat(rows).hasSizeGreaterThan(5);
  }

  @Test
  void followsDeletionCompactionAndRebuild() throws IOException {
    new DeleteJob(TestSpark.session(), store, "org/other", DeleteJob.Mode.DELETE).execute();
    List<String> left = List.of("org/base", "org/copy", "org/tuned");
    String models = "SELECT model FROM models ORDER BY model";
    assertThat(ask(views(), models)).isEqualTo(left);
    long before = tableFiles();

    new CollectJob(TestSpark.session(), CollectOptions.now(store, "gc-1")).execute();

    SparkSession compacted = views();
    assertThat(ask(compacted, models)).isEqualTo(left);
    assertThat(ask(compacted, "SELECT DISTINCT model FROM chunks_table ORDER BY model"))
        .isEqualTo(left);
    assertThat(tableFiles()).isLessThan(before).isEqualTo(3);

    compress();
    List<String> all = List.of("org/base", "org/copy", "org/other", "org/tuned");
    assertThat(ask(views(), models)).isEqualTo(all);
    List<String> chunks =
        ask(
            views(),
            "SELECT model, path, tensor, role, pack, frame_offset FROM chunks ORDER BY ALL");

    try (var files = Files.walk(Path.of(store, "index/tables"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
    new DoctorJob(TestSpark.session(), store, DoctorJob.Index.REBUILD).execute();

    assertThat(ask(views(), models)).isEqualTo(all);
    assertThat(
            ask(
                views(),
                "SELECT model, path, tensor, role, pack, frame_offset FROM chunks ORDER BY ALL"))
        .isEqualTo(chunks);
  }
}
