package dev.zoopress.jobs.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.github.luben.zstd.Zstd;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.jobs.index.ChunkTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows of runs and of the index: damage is told, and never becomes other rows. */
final class JsonLinesTest {
  private static byte[] rows(int count) throws IOException {
    try (JsonLines.Writer writer = new JsonLines.Writer()) {
      for (int i = 0; i < count; i++) {
        String hex = Integer.toHexString(i % 16).repeat(64);
        writer.add(new ChunkTable.Row(hex, 100 + i, i, -i, hex, 16, 90, 100, 0, "", 0));
      }
      return writer.bytes();
    }
  }

  private static List<ChunkTable.Row> read(byte[] stored) throws IOException {
    List<ChunkTable.Row> rows = new ArrayList<>();
    JsonLines.read("index/x", stored, ChunkTable.Row.class, rows::add);
    return rows;
  }

  @Test
  void everyCutAndEveryFlippedBitIsDamage() throws IOException {
    byte[] sound = rows(5);
    List<ChunkTable.Row> expected = read(sound);
    assertThat(expected).hasSize(5);
    for (int length = 0; length < sound.length; length++) {
      requireDamage(Arrays.copyOf(sound, length), "cut to " + length);
    }
    for (int bit = 0; bit < 8 * sound.length; bit++) {
      byte[] flipped = sound.clone();
      flipped[bit >>> 3] ^= (byte) (1 << (bit & 7));
      requireDamage(flipped, "bit " + bit);
    }
  }

  private static void requireDamage(byte[] stored, String how) {
    try {
      read(stored);
      fail("not noticed: " + how);
    } catch (CorruptContainerException e) {
      assertThat(e).hasMessageStartingWith("index/x: damaged at byte");
    } catch (IOException | RuntimeException e) {
      fail(how, e);
    }
  }

  @Test
  void rowsThatAreNotWhatTheyShouldBeAreDamage() {
    for (String text :
        List.of(
            "[]",
            "null",
            "{\"id\":[]}",
            "{\"id\":{}}",
            "{\"lengthBytes\":99999999999}",
            "{\"lengthBytes\":1e999}",
            "{",
            "\u0000",
            "{\"id\":\"" + "x".repeat(25_000_000) + "\"}",
            "[".repeat(100_000))) {
      byte[] stored = JsonLines.seal(Zstd.compress(text.getBytes(StandardCharsets.UTF_8)));
      assertThatThrownBy(() -> read(stored))
          .as(text.substring(0, Math.min(40, text.length())))
          .isInstanceOf(CorruptContainerException.class);
    }
  }
}
