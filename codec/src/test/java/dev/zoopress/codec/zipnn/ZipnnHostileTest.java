package dev.zoopress.codec.zipnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.MalformedInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged ZipNN files: a declared error or bytes of the declared length, never a crash, never more
 * memory than the file warrants.
 */
final class ZipnnHostileTest {
  @ParameterizedTest
  @ValueSource(strings = {"F32-small", "BF16-few"})
  void everyTruncationIsRefused(String name) throws IOException {
    byte[] good = Files.readAllBytes(Path.of("src/test/resources/zipnn", name + ".znn"));
    for (int length = 0; length < good.length; length++) {
      assertThat(isRefused(Arrays.copyOf(good, length), good, "cut at " + length)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 88, not a ZipNN segment",
    "2, 1, written by ZipNN 1.5.4",
    "3, 2, written by ZipNN 0.2.4",
    "5, 8, unsupported byte order",
    "8, 4, unknown format",
    "9, 1, is a delta",
    "10, 1, lossy",
    "14, 40, chunk size",
    "15, 3, unsupported dtype",
    "32, 7, unknown group type"
  })
  void eachReason(int offset, int value, String reason) throws IOException {
    byte[] bad = Files.readAllBytes(Path.of("src/test/resources/zipnn/BF16-small.znn"));
    bad[offset] = (byte) value;
    assertThatThrownBy(() -> reader(bad).decode(OutputStream.nullOutputStream()))
        .isInstanceOf(MalformedInputException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void forgedLengthAllocatesNothing() throws IOException {
    byte[] bad = Files.readAllBytes(Path.of("src/test/resources/zipnn/BF16-small.znn"));
    ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putLong(16, Long.MAX_VALUE);
    assertThatThrownBy(() -> reader(bad).decode(OutputStream.nullOutputStream()))
        .isInstanceOf(MalformedInputException.class)
        .hasMessageContaining("needs more tables");
  }

  /** A slice of {@link ZipnnDamage}, which runs for longer with a small heap by hand. */
  @Test
  void damageIsRefusedOrSaid(@TempDir Path scratch) throws IOException {
    ZipnnDamage damage = new ZipnnDamage(1, scratch);
    damage.run(600);
    assertThat(damage.counts().get(ZipnnDamage.Kind.TRUNCATION))
        .containsOnlyKeys(ZipnnDamage.Outcome.REFUSED);
    assertThat(damage.counts().get(ZipnnDamage.Kind.FLIP).get(ZipnnDamage.Outcome.REFUSED))
        .isGreaterThan(50);
  }

  private static ZipnnReader reader(byte[] bytes) {
    return new ZipnnReader(new MemorySource("damaged.znn", bytes));
  }

  private static boolean isRefused(byte[] bad, byte[] good, String what) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      long length = reader(bad).decode(out);
      assertThat(length).as(what).isEqualTo(out.size()).isLessThan(2L * 131_072 * good.length);
      return false;
    } catch (MalformedInputException e) {
      return true;
    }
  }
}
