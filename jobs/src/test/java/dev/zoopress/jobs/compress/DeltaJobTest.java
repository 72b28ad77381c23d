package dev.zoopress.jobs.compress;

import static dev.zoopress.jobs.compress.Matrices.bf16;
import static dev.zoopress.jobs.compress.Matrices.f32;
import static dev.zoopress.jobs.compress.Matrices.tuned;
import static dev.zoopress.jobs.compress.Matrices.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.Effort;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.compress.CompressOptions.Flag;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fine-tunes and twins are stored on their bases, and come back. */
class DeltaJobTest {
  private static final int ROWS = Matrices.ROWS;
  private static final int COLUMNS = Matrices.COLUMNS;

  @TempDir Path dir;
  private Path zoo;

  @BeforeEach
  void paths() throws IOException {
    zoo = Files.createDirectory(dir.resolve("zoo"));
  }

  private static float[] transposed(float[] matrix) {
    float[] out = new float[matrix.length];
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < COLUMNS; j++) {
        out[j * ROWS + i] = matrix[i * COLUMNS + j];
      }
    }
    return out;
  }

  private void model(String name, String dtype, int rows, int columns, byte[]... tensors)
      throws IOException {
    StringBuilder header = new StringBuilder("{");
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (byte[] tensor : tensors) {
      header.append(header.length() == 1 ? "" : ",");
      header.append(
          "\"w%d\":{\"dtype\":\"%s\",\"shape\":[%d,%d],\"data_offsets\":[%d,%d]}"
              .formatted(
                  data.size() / 100_000,
                  dtype,
                  rows,
                  columns,
                  data.size(),
                  data.size() + tensor.length));
      data.writeBytes(tensor);
    }
    byte[] json = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json).put(data.toByteArray());
    write(zoo.resolve(name + "/config.json"), "{}");
    write(zoo.resolve(name + "/model.safetensors"), file.array());
  }

  private CompressResult compress(Path store, Flag... flags) throws IOException {
    CompressOptions options =
        CompressOptions.of(zoo.toString(), store.toString()).withEffort(Effort.FAST);
    for (Flag flag : flags) {
      options = options.with(flag);
    }
    CompressResult result = new CompressJob(TestSpark.session(), options, Progress.NONE).execute();
    assertThat(result.failed()).isEmpty();
    return result;
  }

  private void assertStored(Path store) throws IOException {
    StoreView view = new StoreView(store);
    try (var orgs = Files.walk(zoo, 2)) {
      for (Path model : orgs.filter(p -> zoo.relativize(p).getNameCount() == 2).toList()) {
        Map<String, byte[]> actual = view.files(zoo.relativize(model).toString());
        try (var files = Files.list(model)) {
          for (Path file : files.toList()) {
            assertThat(actual.get(file.getFileName().toString()))
                .as("%s", file)
                .isEqualTo(Files.readAllBytes(file));
          }
        }
      }
    }
  }

  @Test
  void fineTunesAndTwinsStandOnTheirBases() throws IOException {
    float[] one = weights(1);
    float[] two = weights(2);
    model("org/base", "F32", ROWS, COLUMNS, f32(one), f32(two));
    model("org/false", "F32", ROWS, COLUMNS, f32(weights(3)), f32(weights(4)));
    float[] tunedOne = tuned(one, 5);
    float[] tunedTwo = tuned(two, 6);
    model("org/tuned", "F32", ROWS, COLUMNS, f32(tunedOne), f32(tunedTwo));
    model("org/tuned-bf16", "BF16", ROWS, COLUMNS, bf16(tunedOne), bf16(tunedTwo));
    model(
        "other/turned", "F32", COLUMNS, ROWS, f32(transposed(tunedTwo)), f32(transposed(tunedOne)));
    Path store = dir.resolve("store");

    CompressResult result = compress(store);

    assertStored(store);
    ByteShare delta = result.totals().by().get("delta");
    long tensor = 4L * ROWS * COLUMNS;
    assertThat(delta.bytes()).isEqualTo(2 * tensor + tensor + 2 * tensor);
    assertThat(delta.stored()).isLessThan(2 * tensor * 7 / 10);
    assertThat(result.totals().by().get("entropy").bytes()).isLessThan(4 * tensor + 10_000);
    long without = new StoreView(store).packBytes();

    Path plain = dir.resolve("plain");
    CompressResult off = compress(plain, Flag.NO_DELTA);

    assertStored(plain);
    assertThat(off.totals().by().get("delta").bytes()).isZero();
    assertThat(without).isLessThan(new StoreView(plain).packBytes() * 7 / 10);
  }

  @Test
  void equalTensorsOfOneModelAndWhatHidesBetweenTheWindowsStandOnTheirBases() throws IOException {
    float[] one = weights(1);
    float[] hidden = one.clone();
    for (int i = 20_000; i < 60_000; i++) {
      hidden[i] += 0.00001f;
    }
    byte[] tuned = f32(tuned(one, 5));
    model("org/base", "F32", ROWS, COLUMNS, f32(one));
    model("org/hidden", "F32", ROWS, COLUMNS, f32(hidden));
    model("org/tuned", "F32", ROWS, COLUMNS, tuned);
    Files.copy(
        zoo.resolve("org/tuned/model.safetensors"), zoo.resolve("org/tuned/other.safetensors"));
    Path store = dir.resolve("store");

    CompressResult result = compress(store);

    assertStored(store);
    long tensor = 4L * ROWS * COLUMNS;
    assertThat(result.totals().by().get("delta").bytes()).isEqualTo(2 * tensor);
    assertThat(result.totals().by().get("entropy").bytes()).isLessThan(tensor + 10_000);
    model("later/tuned", "F32", ROWS, COLUMNS, tuned);
    assertThat(compress(store).totals().by().get("entropy").bytes()).isLessThan(10_000);
    assertStored(store);
  }

  @Test
  void whatComesLaterStandsOnWhatIsPublished() throws IOException {
    float[] one = weights(1);
    float[] two = weights(2);
    model("org/base", "F32", ROWS, COLUMNS, f32(one), f32(two));
    Path store = dir.resolve("store");
    compress(store);
    long base = new StoreView(store).packBytes();
    float[] tuned = tuned(one, 5);
    model("third/tuned", "F32", ROWS, COLUMNS, f32(tuned), f32(two), f32(weights(7)));

    CompressResult second = compress(store);

    assertStored(store);
    long tensor = 4L * ROWS * COLUMNS;
    Map<String, ByteShare> by = second.totals().by();
    assertThat(by.get("delta").bytes()).isEqualTo(tensor);
    long source = Files.size(zoo.resolve("third/tuned/model.safetensors"));
    assertThat(second.work().dataBytesRead()).isLessThan(source + 10_000);
    assertThat(by.get("delta").stored()).isLessThan(tensor * 7 / 10);
    assertThat(by.get("duplicates").bytes()).isGreaterThanOrEqualTo(tensor);
    assertThat(by.get("entropy").bytes()).isLessThan(tensor + 10_000);
    model("third/tuned-bf16", "BF16", ROWS, COLUMNS, bf16(tuned), bf16(two), bf16(weights(7)));

    CompressResult third = compress(store);

    // A difference lends nothing but its bytes: only what stands alone was kept as a base.
    assertStored(store);
    assertThat(third.totals().by().get("delta").bytes()).isEqualTo(tensor);
    assertThat(new StoreView(store).packBytes()).isLessThan(base * 11 / 5);
    assertThat(third.totals().storedBytes()).isLessThan(tensor);
  }

  @Test
  void theSameSourceGivesTheSameObjects() throws IOException {
    float[] one = weights(1);
    model("org/base", "F32", ROWS, COLUMNS, f32(one));
    model("org/tuned", "F32", ROWS, COLUMNS, f32(tuned(one, 5)));
    model("org/other", "F32", ROWS, COLUMNS, f32(tuned(one, 6)));
    compress(dir.resolve("first"));
    compress(dir.resolve("second"));

    Map<String, Long> first = new TreeMap<>(new StoreView(dir.resolve("first")).objects());
    Map<String, Long> second = new TreeMap<>(new StoreView(dir.resolve("second")).objects());
    first.keySet().removeIf(key -> !key.startsWith("packs/") && !key.startsWith("manifests/"));
    second.keySet().removeIf(key -> !key.startsWith("packs/") && !key.startsWith("manifests/"));
    assertThat(second.keySet()).isEqualTo(first.keySet()).isNotEmpty();
  }

  /** The base is gone after it was planned with and before it is read. */
  @Test
  void aBaseThatFailsTakesNobodyWithIt() throws IOException {
    float[] one = weights(1);
    model("org/base", "F32", ROWS, COLUMNS, f32(one));
    model("org/tuned", "F32", ROWS, COLUMNS, f32(tuned(one, 5)));
    model("org/tuned-too", "F32", ROWS, COLUMNS, f32(tuned(one, 6)));
    model("org/turned", "F32", COLUMNS, ROWS, f32(transposed(one)));
    Path store = dir.resolve("store");
    Path base = zoo.resolve("org/base");
    CompressOptions options =
        CompressOptions.of(zoo.toString(), store.toString()).withEffort(Effort.FAST);
    Progress deletes =
        now -> {
          if (now.stage().equals("compress")) {
            try {
              Files.deleteIfExists(base.resolve("model.safetensors"));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };

    CompressResult result = new CompressJob(TestSpark.session(), options, deletes).execute();

    assertThat(result.failed()).extracting(ModelResult::model).containsExactly("org/base");
    assertThat(result.totals().models()).isEqualTo(3);
    Files.delete(base.resolve("config.json"));
    Files.delete(base);
    assertStored(store);
  }
}
