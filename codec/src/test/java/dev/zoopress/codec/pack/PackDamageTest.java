package dev.zoopress.codec.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.tensor.DType;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever happens to a pack is noticed, and nothing but the declared exceptions escapes. */
final class PackDamageTest {
  private static byte[] small() throws IOException {
    Random random = new Random(1);
    byte[] file =
        PackSamples.safetensors(
            List.of(
                PackSamples.weights(random, "w", DType.F32, 8, 8),
                PackSamples.constant("z", DType.BF16, 4, 8),
                PackSamples.noise(random, "n", DType.I8, 5, 9)));
    return PackSamples.pack("a.safetensors", file, Effort.BEST, 1);
  }

  private static void requireRefused(String what, byte[] pack) {
    try {
      PackSamples.unpack(pack);
      fail("not noticed: " + what);
    } catch (CorruptContainerException
        | UnsupportedVersionException
        | IntegrityException
        | EOFException e) {
      assertThat(e.getMessage()).isNotBlank();
    } catch (IOException e) {
      fail(what, e);
    }
  }

  @Test
  void everyFlippedBitIsNoticed() throws Exception {
    byte[] pack = small();
    for (int bit = 0; bit < pack.length * 8; bit++) {
      byte[] flipped = pack.clone();
      flipped[bit >>> 3] ^= (byte) (1 << (bit & 7));
      requireRefused("bit " + bit, flipped);
    }
  }

  @Test
  void everyTruncationAndAdditionIsNoticed() throws Exception {
    byte[] pack = small();
    for (int length = 0; length < pack.length; length++) {
      requireRefused("length " + length, Arrays.copyOf(pack, length));
      requireRefused("cut before " + length, Arrays.copyOfRange(pack, length + 1, pack.length));
    }
    requireRefused("one byte more", Arrays.copyOf(pack, pack.length + 1));
  }

  @Test
  void mutatedPacksNeverEscape() throws Exception {
    long inputs = Long.getLong("zoopress.fuzz.inputs", 3_000);
    Random random = new Random(Long.getLong("zoopress.fuzz.seed", 1));
    byte[] pack = small();
    long past = 0;
    for (long i = 0; i < inputs; i++) {
      byte[] mutated = PackMutation.of(random, pack);
      try {
        PackReader.open(PackSamples.source("pack", mutated));
        past++;
        PackSamples.unpack(mutated);
      } catch (CorruptContainerException
          | UnsupportedVersionException
          | IntegrityException
          | EOFException e) {
        assertThat(e.getMessage()).isNotBlank();
      } catch (RuntimeException | IOException e) {
        fail("input " + i, e);
      }
    }
    assertThat(past).isGreaterThan(inputs * 3 / 10);
  }

  @Test
  void namesWhatIsWrong() throws Exception {
    byte[] pack = small();
    assertThatThrownBy(() -> open(new byte[10])).hasMessageContaining("a pack of 10 bytes");
    assertThatThrownBy(() -> open(Arrays.copyOf(pack, pack.length - 1)))
        .isInstanceOf(CorruptContainerException.class)
        .hasMessageContaining("no pack ends here");
    byte[] alien = pack.clone();
    alien[0] = 'P';
    assertThatThrownBy(() -> open(alien)).hasMessageContaining("not a pack");
    assertThatThrownBy(() -> open(PackMutation.withHeader(pack, 2, 0)))
        .isInstanceOf(UnsupportedVersionException.class);
    assertThatThrownBy(() -> open(PackMutation.withHeader(pack, 1, 4)))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessageContaining("required features");
    assertThatThrownBy(() -> open(PackMutation.withFooterRawBytes(pack, 1 << 27)))
        .isInstanceOf(CorruptContainerException.class);
  }

  private static void open(byte[] pack) throws IOException {
    PackReader.open(PackSamples.source("pack", pack));
  }
}
