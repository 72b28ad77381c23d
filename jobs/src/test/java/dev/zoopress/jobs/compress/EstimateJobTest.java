package dev.zoopress.jobs.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.zoopress.codec.Effort;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.compress.CompressOptions.Flag;
import dev.zoopress.jobs.compress.ModelResult.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dry run comes near what the real run then does, and leaves nothing behind. */
class EstimateJobTest {
  private static final int COUNT = 4 << 20;

  @TempDir Path dir;
  private Path zoo;

  @BeforeEach
  void zoo() throws IOException {
    zoo = dir.resolve("zoo");
    byte[] base = SmallZoo.weights(1, COUNT);
    model("org/base", base);
    model("org/copy", base);
    model("org/other", SmallZoo.weights(2, COUNT));
    model("org/tuned", tuned(base));
  }

  private void model(String name, byte[] weights) throws IOException {
    SmallZoo.write(zoo.resolve(name + "/config.json"), "{\"a\": 1}");
    SmallZoo.write(
        zoo.resolve(name + "/model.safetensors"),
        SmallZoo.safetensors(SmallZoo.tensors("w", weights)));
  }

  private static byte[] tuned(byte[] base) {
    Random random = new Random(3);
    ByteBuffer out = ByteBuffer.wrap(base.clone()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < base.length; i += 4) {
      out.putFloat(i, out.getFloat(i) + (float) (random.nextGaussian() * 0.00001));
    }
    return out.array();
  }

  private CompressResult run(Flag... flags) throws IOException {
    CompressOptions options =
        CompressOptions.of(zoo.toString(), dir.resolve("store").toString()).withEffort(Effort.FAST);
    for (Flag flag : flags) {
      options = options.with(flag);
    }
    return new CompressJob(TestSpark.session(), options, Progress.NONE).execute();
  }

  private static TreeMap<String, ModelResult> models(CompressResult result) throws IOException {
    TreeMap<String, ModelResult> models = new TreeMap<>();
    result.forEachModel(m -> models.put(m.model(), m));
    return models;
  }

  @Test
  void comesNearTheTruthAndWritesNothing() throws IOException {
    CompressResult estimate = run(Flag.DRY_RUN);

    assertThat(dir.resolve("store")).doesNotExist();
    long bytes = estimate.totals().sourceBytes();
    assertThat(estimate.work().headerBytesRead() + estimate.work().dataBytesRead())
        .isPositive()
        .isLessThanOrEqualTo(bytes / 50);

    CompressResult truth = run();

    assertThat(bytes).isEqualTo(truth.totals().sourceBytes());
    assertThat(estimate.totals().chunks()).isEqualTo(truth.totals().chunks());
    assertThat(estimate.totals().models()).isEqualTo(truth.totals().models());
    assertThat(estimate.totals().saved()).isCloseTo(truth.totals().saved(), within(0.02));
    truth
        .totals()
        .by()
        .forEach(
            (technique, share) -> {
              ByteShare own = estimate.totals().by().get(technique);
              assertThat(own.bytes()).as(technique).isCloseTo(share.bytes(), within(bytes / 1000));
              assertThat((double) own.stored() / bytes)
                  .as(technique)
                  .isCloseTo((double) share.stored() / bytes, within(0.02));
            });
    TreeMap<String, ModelResult> estimated = models(estimate);
    models(truth)
        .forEach(
            (name, model) -> {
              ModelResult own = estimated.get(name);
              assertThat(own.status()).isEqualTo(Status.PLANNED);
              assertThat(own.files()).isEqualTo(model.files());
              assertThat((double) own.storedBytes() / own.sourceBytes())
                  .as(name)
                  .isCloseTo((double) model.storedBytes() / model.sourceBytes(), within(0.02));
            });

    CompressResult again = run(Flag.DRY_RUN);

    assertThat(again.nothingToDo()).isTrue();
    assertThat(models(again).values())
        .allSatisfy(m -> assertThat(m.status()).isEqualTo(Status.UNCHANGED));
  }

  @Test
  void whatCannotBeReadIsSaidAndWhatIsStoredIsKnown() throws IOException {
    run();
    SmallZoo.write(
        zoo.resolve("org/pointer/model.bin"), "version https://git-lfs.github.com/spec/v1\n");
    Files.createDirectories(zoo.resolve("org/more"));
    Files.copy(
        zoo.resolve("org/other/model.safetensors"), zoo.resolve("org/more/model.safetensors"));

    CompressResult estimate = run(Flag.DRY_RUN);

    assertThat(estimate.failed())
        .singleElement()
        .extracting(ModelResult::error)
        .asString()
        .contains("LFS pointer");
    assertThat(estimate.totals().models()).isEqualTo(1);
    assertThat(estimate.totals().by().get("duplicates").bytes()).isEqualTo(4L * COUNT);
    assertThat(estimate.totals().by().get("entropy").stored()).isLessThan(10_000);
  }
}
