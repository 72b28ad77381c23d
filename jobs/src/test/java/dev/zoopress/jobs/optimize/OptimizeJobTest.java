package dev.zoopress.jobs.optimize;

import static dev.zoopress.jobs.compress.Matrices.bf16;
import static dev.zoopress.jobs.compress.Matrices.f32;
import static dev.zoopress.jobs.compress.Matrices.tuned;
import static dev.zoopress.jobs.compress.Matrices.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.Effort;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.collect.CollectJob;
import dev.zoopress.jobs.collect.CollectOptions;
import dev.zoopress.jobs.compress.CompressJob;
import dev.zoopress.jobs.compress.CompressOptions;
import dev.zoopress.jobs.compress.CompressResult;
import dev.zoopress.jobs.compress.Matrices;
import dev.zoopress.jobs.compress.Progress;
import dev.zoopress.jobs.compress.StoreView;
import dev.zoopress.jobs.optimize.OptimizeOptions.Mode;
import dev.zoopress.jobs.store.Lease;
import dev.zoopress.jobs.store.LeaseHeldException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Stores;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that grew in the order of arrival comes near the one that one run makes. */
class OptimizeJobTest {
  private static final int ROWS = Matrices.ROWS;
  private static final int COLUMNS = Matrices.COLUMNS;

  @TempDir Path dir;
  private Path zoo;
  private Path store;
  private int loads;

  @BeforeEach
  void paths() throws IOException {
    zoo = Files.createDirectory(dir.resolve("zoo"));
    store = dir.resolve("store");
  }

  private void model(String name, String dtype, byte[]... tensors) throws IOException {
    StringBuilder header = new StringBuilder("{");
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (int i = 0; i < tensors.length; i++) {
      header.append(i == 0 ? "" : ",");
      header.append(
          "\"w%d\":{\"dtype\":\"%s\",\"shape\":[%d,%d],\"data_offsets\":[%d,%d]}"
              .formatted(i, dtype, ROWS, COLUMNS, data.size(), data.size() + tensors[i].length));
      data.writeBytes(tensors[i]);
    }
    byte[] json = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json).put(data.toByteArray());
    Path home = Files.createDirectories(zoo.resolve(name));
    Files.writeString(home.resolve("config.json"), "{\"name\": \"" + name + "\"}");
    Files.write(home.resolve("model.safetensors"), file.array());
  }

  /** A base, fine-tunes, and a cast of one of them. */
  private void family() throws IOException {
    float[] one = weights(1);
    float[] two = weights(2);
    model("org/base", "F32", f32(one), f32(two));
    model("org/false", "F32", f32(weights(3)), f32(weights(4)));
    for (int i = 0; i < 2; i++) {
      float[] first = tuned(one, 10 + i);
      float[] second = tuned(two, 20 + i);
      model("org/tuned" + i, "F32", f32(first), f32(second));
      if (i == 1) {
        model("org/cast", "BF16", bf16(first), bf16(second));
      }
    }
  }

  /** Loads some models in one run. */
  private CompressResult load(Path into, String... models) throws IOException {
    return load(true, into, models);
  }

  /** Loads a model that looks at no other. */
  private void loadAlone(String model) throws IOException {
    load(false, store, model);
  }

  private CompressResult load(boolean delta, Path into, String... models) throws IOException {
    Path part = dir.resolve("load" + loads++);
    for (String model : models) {
      Path home = Files.createDirectories(part.resolve(model));
      for (String file : List.of("config.json", "model.safetensors")) {
        Files.copy(zoo.resolve(model).resolve(file), home.resolve(file));
      }
    }
    CompressOptions options =
        CompressOptions.of(part.toString(), into.toString()).withEffort(Effort.FAST);
    options = delta ? options : options.with(CompressOptions.Flag.NO_DELTA);
    CompressResult result = new CompressJob(TestSpark.session(), options, Progress.NONE).execute();
    assertThat(result.failed()).isEmpty();
    return result;
  }

  private OptimizeResult optimize(long budget, Mode mode) throws IOException {
    OptimizeOptions options =
        new OptimizeOptions(store.toString(), budget, Effort.FAST, mode, "optimize-" + loads++);
    OptimizeResult result = new OptimizeJob(TestSpark.session(), options, Progress.NONE).execute();
    assertThat(result.failed()).isEmpty();
    assertThat(result.warnings()).isEmpty();
    assertThat(result.kept()).isZero();
    return result;
  }

  private OptimizeResult optimize() throws IOException {
    return optimize(Long.MAX_VALUE, Mode.REWRITE);
  }

  private void gc() throws IOException {
    CollectOptions options = CollectOptions.now(store.toString(), "gc-" + loads++);
    assertThat(new CollectJob(TestSpark.session(), options).execute().unreachable()).isEmpty();
  }

  private void assertStored(String... models) throws IOException {
    StoreView view = new StoreView(store);
    for (String model : models) {
      Map<String, byte[]> files = view.files(model);
      for (String file : List.of("config.json", "model.safetensors")) {
        assertThat(files.get(file))
            .as("%s of %s", file, model)
            .isEqualTo(Files.readAllBytes(zoo.resolve(model).resolve(file)));
      }
    }
  }

  private static final String[] ALL = {
    "org/base", "org/cast", "org/false", "org/tuned0", "org/tuned1"
  };

  @Test
  void whatWasLoadedAloneTakesWhatOneRunStores() throws IOException {
    family();
    Path atOnce = dir.resolve("at-once");
    load(atOnce, ALL);
    long goal = new StoreView(atOnce).packBytes();
    for (String model : List.of("org/tuned1", "org/false", "org/cast", "org/tuned0", "org/base")) {
      loadAlone(model);
    }
    long before = new StoreView(store).packBytes();
    assertThat(before).isGreaterThan(goal * 6 / 5);

    OptimizeResult result = optimize();

    assertStored(ALL);
    gc();
    assertStored(ALL);
    long after = new StoreView(store).packBytes();
    assertThat(after).isLessThan(goal * 101 / 100);
    assertThat(result.packBytes()).isEqualTo(before);
    assertThat(result.plannedBytes()).isBetween(after * 95 / 100, after * 105 / 100);
    assertThat(result.remainingBytes()).isZero();
    Map<String, Long> objects = new TreeMap<>(new StoreView(store).objects());
    OptimizeResult again = optimize();
    assertThat(again.chosen()).isZero();
    assertThat(again.writtenBytes()).isZero();
    objects.keySet().removeIf(key -> key.startsWith("gc/"));
    Map<String, Long> now = new TreeMap<>(new StoreView(store).objects());
    now.keySet().removeIf(key -> key.startsWith("gc/"));
    assertThat(now).isEqualTo(objects);

    CompressResult same = load(store, ALL);
    model("org/more", "F32", f32(tuned(weights(1), 99)), f32(tuned(weights(2), 98)));
    load(store, "org/base", "org/more");

    assertThat(same.totals().by().get("entropy").bytes()).isLessThan(10_000);
    assertThat(same.totals().by().get("delta").bytes()).isZero();
    assertStored(ALL);
    assertStored("org/more");
  }

  @Test
  void aBudgetTakesWhatPaysMostAndTheRestComesLater() throws IOException {
    family();
    for (String model : ALL) {
      loadAlone(model);
    }
    long tensors = 2L * 4 * ROWS * COLUMNS;
    Map<String, Long> before = new StoreView(store).objects();
    OptimizeResult dry = optimize(Long.MAX_VALUE, Mode.DRY_RUN);
    assertThat(dry.chosen()).isEqualTo(3);
    assertThat(dry.writtenBytes()).isZero();
    assertThat(dry.plannedBytes()).isLessThan(dry.packBytes());
    assertThat(new StoreView(store).objects()).isEqualTo(before);
    try (ObjectStore objects = Stores.open(store.toString(), new Configuration());
        Lease gc = Repository.open(objects).exclusive("gc", "gc", Clock.systemUTC())) {
      assertThatThrownBy(this::optimize).isInstanceOf(LeaseHeldException.class);
    }

    OptimizeResult first = optimize(tensors * 8 / 5, Mode.REWRITE);

    assertThat(first.chosenRawBytes()).isBetween(1L, tensors * 8 / 5);
    assertThat(first.chosen()).isBetween(1L, 2L);
    assertThat(first.remainingBytes()).isPositive();
    assertThat(first.plannedBytes()).isEqualTo(dry.plannedBytes());
    assertStored(ALL);
    OptimizeResult second = optimize(3 * tensors, Mode.REWRITE);
    assertThat(second.chosen()).isEqualTo(3 - first.chosen());
    assertThat(second.remainingBytes()).isZero();
    assertStored(ALL);
    gc();
    assertStored(ALL);
  }

  @Test
  void aBaseIsChosenAnew() throws IOException {
    float[] one = weights(1);
    float[][] family = {one, tuned(one, 2), tuned(one, 3)};
    for (int i = 0; i < family.length; i++) {
      model("org/m" + i, "F32", f32(family[i]));
    }
    load(store, "org/m1", "org/m2");
    load(store, "org/m0");
    Path atOnce = dir.resolve("at-once");
    load(atOnce, "org/m0", "org/m1", "org/m2");

    optimize();
    gc();

    assertStored("org/m0", "org/m1", "org/m2");
    assertThat(new StoreView(store).packBytes())
        .isLessThan(new StoreView(atOnce).packBytes() * 101 / 100);
  }

  @Test
  void aDeletedBaseStaysForThoseThatStandOnIt() throws IOException {
    family();
    load(store, ALL);
    try (ObjectStore objects = Stores.open(store.toString(), new Configuration())) {
      Repository.open(objects).delete("org/base");
      Repository.open(objects).delete("org/false");
    }
    String[] rest = {"org/cast", "org/tuned0", "org/tuned1"};

    OptimizeResult result = optimize();
    gc();

    assertThat(result.chosen()).isPositive();
    assertStored(rest);
    OptimizeResult again = optimize();
    gc();
    assertStored(rest);
    assertThat(again.chosen()).isZero();
  }
}
