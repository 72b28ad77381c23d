package dev.zoopress.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackCommandTest {
  @TempDir Path folder;
  private Path file;
  private Path pack;

  @BeforeEach
  void write() throws Exception {
    Random random = new Random(1);
    int elements = 100_000;
    byte[] head =
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[100,1000],\"data_offsets\":[0,400000]}}"
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + head.length + 4 * elements).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(head.length).put(head);
    for (int i = 0; i < elements; i++) {
      bytes.putFloat((float) random.nextGaussian() / 50);
    }
    file = Files.write(folder.resolve("m.safetensors"), bytes.array());
    pack = folder.resolve("m.safetensors.zpk");
  }

  @Test
  void packsAndUnpacksWithoutSpark() throws Exception {
    boolean spark = SparkSession.getDefaultSession().isDefined();
    JsonNode packed = Called.json("pack", file, "--effort", "fast").document();
    assertThat(packed.get("schema").asText()).isEqualTo("zoopress/pack/1");
    assertThat(packed.get("format").asText()).isEqualTo("safetensors");
    assertThat(packed.at("/totals/storedBytes").asLong()).isEqualTo(Files.size(pack));
    assertThat(packed.at("/totals/saved").asDouble()).isBetween(0.1, 0.3);
    Path back = folder.resolve("back");
    Called unpacked = Called.json("unpack", pack, "-o", back);
    assertThat(unpacked.code()).isZero();
    assertThat(unpacked.document().get("sha256")).isEqualTo(packed.get("sha256"));
    assertThat(back).hasSameBinaryContentAs(file);
    assertThat(SparkSession.getDefaultSession().isDefined()).isEqualTo(spark);
  }

  @Test
  void neverReplacesAFileUnlessForced() throws Exception {
    Files.writeString(pack, "mine");
    Called refused = Called.zoopress("pack", file);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains(pack.toString()).contains("--force");
    assertThat(pack).hasContent("mine");
    assertThat(Called.zoopress("pack", file, "--force").code()).isZero();
    byte[] original = Files.readAllBytes(file);
    assertThat(Called.zoopress("unpack", pack).code()).isEqualTo(1);
    Files.writeString(file, "changed");
    assertThat(Called.zoopress("unpack", pack, "--force").code()).isZero();
    assertThat(file).hasBinaryContent(original);
    assertThat(Called.zoopress("pack", file, "-o", file, "--force").code()).isEqualTo(2);
    assertThat(file).hasBinaryContent(original);
  }

  @Test
  void dryRunDoesTheWorkAndWritesNothing() throws Exception {
    Called packed = Called.json("pack", file, "--dry-run");
    assertThat(packed.document().at("/totals/storedBytes").asLong()).isPositive();
    assertThat(pack).doesNotExist();
    Called.zoopress("pack", file);
    assertThat(Files.size(pack)).isEqualTo(packed.document().at("/totals/storedBytes").asLong());
    assertThat(Called.zoopress("unpack", pack, "--dry-run").code()).isZero();
    byte[] bytes = Files.readAllBytes(pack);
    bytes[bytes.length / 2] ^= 1;
    Files.write(pack, bytes);
    Called damaged = Called.zoopress("unpack", pack, "--dry-run");
    assertThat(damaged.code()).isEqualTo(4);
    assertThat(damaged.err()).contains(pack.toString()).contains("damaged at byte");
  }

  @Test
  void saysWhatIsWrongAndWhatToDo() throws Exception {
    Called folderGiven = Called.zoopress("pack", folder);
    assertThat(folderGiven.code()).isEqualTo(2);
    assertThat(folderGiven.err()).contains("is a folder").contains("zoopress compress");
    Called missing = Called.zoopress("pack", folder.resolve("none"));
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).contains("none: there is no such file");
    Called noFolder = Called.zoopress("pack", file, "-o", folder.resolve("a/b.zpk"));
    assertThat(noFolder.code()).isEqualTo(1);
    assertThat(noFolder.err()).contains("no folder " + folder.resolve("a"));
    Called noSuffix = Called.zoopress("unpack", file);
    assertThat(noSuffix.code()).isEqualTo(2);
    assertThat(noSuffix.err()).contains("-o");
    Called noPack = Called.zoopress("unpack", file, "-o", folder.resolve("x"));
    assertThat(noPack.code()).isEqualTo(4);
    assertThat(noPack.err()).contains("not a pack").contains("nothing was written");
    try (var all = Files.list(folder)) {
      assertThat(all).containsExactly(file);
    }
  }
}
