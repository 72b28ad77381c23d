package dev.zoopress.codec.zipnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.format.SafetensorsFile;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.codec.zipnn.ZipnnSafetensors.Extra;
import dev.zoopress.codec.zipnn.ZipnnTensors.Decoded;
import dev.zoopress.codec.zipnn.ZipnnTensors.Plain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ZipnnSafetensorsTest {
  @TempDir Path folder;

  private final byte[] original = original();

  @Test
  void fileComesBackByteForByte() throws IOException {
    byte[] coded = encode(Extra.ORIGINAL);
    assertThat(coded.length).isLessThan(original.length);
    ByteArrayOutputStream back = new ByteArrayOutputStream();
    Decoded decoded = ZipnnTensors.decode(new MemorySource("x", coded), back, Plain.KEEP);
    assertThat(decoded.exact()).isTrue();
    assertThat(decoded.coded()).isEqualTo(2);
    assertThat(back.toByteArray()).isEqualTo(original);
  }

  @Test
  void tensorsComeBackWithoutTheOriginalsHeader() throws IOException {
    byte[] back = decode(encode(Extra.NONE), Plain.KEEP);
    assertThat(back).isNotEqualTo(original);
    SafetensorsFile file = SafetensorsFile.read(new MemorySource("back", back));
    assertThat(file.metadata()).containsOnlyKeys("format").containsValue("pt");
    SafetensorsFile first = SafetensorsFile.read(new MemorySource("original", original));
    assertThat(file.tensors()).hasSameSizeAs(first.tensors());
    for (SafetensorsFile.Tensor tensor : first.tensors()) {
      SafetensorsFile.Tensor same =
          file.tensors().stream().filter(t -> t.name().equals(tensor.name())).findFirst().get();
      assertThat(same.dtype()).isEqualTo(tensor.dtype());
      assertThat(same.shape()).isEqualTo(tensor.shape());
      assertThat(bytes(back, same)).isEqualTo(bytes(original, tensor));
    }
  }

  /** What ZipNN's script writes damaged stands plain here, and nothing else does. */
  @Test
  void smallTensorsStandPlain() throws IOException {
    byte[] coded = encode(Extra.NONE);
    SafetensorsFile file = SafetensorsFile.read(new MemorySource("x", coded));
    for (SafetensorsFile.Tensor tensor : file.tensors()) {
      if (tensor.name().equals("logit_scale")) {
        assertThat(tensor.dtype()).isEqualTo(DType.F32);
        assertThat(ByteBuffer.wrap(bytes(coded, tensor)).order(ByteOrder.LITTLE_ENDIAN).getFloat())
            .isEqualTo(2.6593f);
      }
    }
    assertThat(file.metadata().get(ListedTensors.KEY))
        .isEqualTo(
            "{\"big\": {\"dtype\": \"bfloat16\", \"shape\": \"[40, 500]\"}, "
                + "\"w\\u00e9\": {\"dtype\": \"float32\", \"shape\": \"[30000]\"}}");
  }

  @Test
  void damageOfItsScriptIsRepaired() throws IOException {
    byte[] coded = encode(Extra.NONE);
    SafetensorsFile file = SafetensorsFile.read(new MemorySource("x", coded));
    SafetensorsFile.Tensor scale =
        file.tensors().stream().filter(t -> t.name().equals("logit_scale")).findFirst().get();
    byte[] word = bytes(coded, scale);
    BitRotation.forward(word, 4, 4);
    System.arraycopy(word, 0, coded, (int) scale.offsetBytes(), 4);
    assertThat(decode(coded, Plain.KEEP)).isNotEqualTo(decode(encode(Extra.NONE), Plain.KEEP));
    assertThat(decode(coded, Plain.REPAIR)).isEqualTo(decode(encode(Extra.NONE), Plain.KEEP));
  }

  /** Files that the package's script wrote, one of them without its list. */
  @Test
  void filesOfItsScriptComeBackWithRepair() throws IOException {
    for (String name : new String[] {"listed", "unlisted"}) {
      Path golden = Path.of("src/test/resources/zipnn");
      byte[] coded = Files.readAllBytes(golden.resolve(name + ".znn.safetensors"));
      byte[] plain = Files.readAllBytes(golden.resolve(name + ".safetensors"));
      Map<String, String> wanted = ZipnnTensors.digests(new MemorySource("plain", plain));
      byte[] repaired = decode(coded, Plain.REPAIR);
      assertThat(ZipnnTensors.digests(new MemorySource("r", repaired))).isEqualTo(wanted);
      Map<String, String> kept =
          ZipnnTensors.digests(new MemorySource("k", decode(coded, Plain.KEEP)));
      assertThat(kept.keySet().stream().filter(t -> !kept.get(t).equals(wanted.get(t))))
          .containsExactlyInAnyOrder("scale", "noise");
    }
  }

  /** Its script loses the list where the original had no metadata. */
  @Test
  void segmentsAreFoundWithoutList() throws IOException {
    byte[] coded = encode(Extra.NONE);
    String key = ListedTensors.KEY;
    byte[] unlisted =
        new String(coded, StandardCharsets.ISO_8859_1)
            .replace(key, "x".repeat(key.length()))
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] back = decode(unlisted, Plain.KEEP);
    assertThat(SafetensorsFile.read(new MemorySource("back", back)).tensors())
        .filteredOn(t -> t.name().equals("big"))
        .allMatch(t -> t.dtype() == DType.BF16 && t.shape().size() == 2);
  }

  @Test
  void damageIsNoticedWhereTheDigestStands() throws IOException {
    byte[] good = encode(Extra.ORIGINAL);
    long seed = 77;
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        boolean same = Arrays.equals(decode(bad, Plain.KEEP), original);
        assertThat(same).as("seed %d, case %d", seed, i).isTrue();
      } catch (MalformedInputException | IntegrityException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(250);
  }

  @Test
  void repairOfSoundFilesIsRefused() throws IOException {
    byte[] coded = encode(Extra.ORIGINAL);
    assertThatThrownBy(() -> decode(coded, Plain.REPAIR))
        .isInstanceOf(MalformedInputException.class)
        .hasMessageContaining("nothing in it needs repair");
  }

  @Test
  void wholeFilesInOneSegmentAndInSlices() throws IOException {
    for (ZipnnStream.Cut cut : ZipnnStream.Cut.values()) {
      for (int length : new int[] {0, 1, 5, (1 << 20) - 1, 1 << 20, (1 << 20) + 3}) {
        byte[] raw = Arrays.copyOf(original, length);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ZipnnStream.encode(new MemorySource("raw", raw), out, DType.BF16, cut);
        ByteArrayOutputStream back = new ByteArrayOutputStream();
        new ZipnnReader(new MemorySource("znn", out.toByteArray())).decode(back);
        assertThat(back.toByteArray()).isEqualTo(raw);
      }
    }
  }

  private byte[] encode(Extra extra) throws IOException {
    Path out = folder.resolve("out.znn.safetensors");
    ByteSource source = new MemorySource("original", original);
    ZipnnSafetensors.encode(source, out, folder.resolve("scratch"), extra);
    assertThat(folder.resolve("scratch")).doesNotExist();
    return Files.readAllBytes(out);
  }

  private static byte[] decode(byte[] coded, Plain plain) throws IOException {
    ByteArrayOutputStream back = new ByteArrayOutputStream();
    ZipnnTensors.decode(new MemorySource("coded", coded), back, plain);
    return back.toByteArray();
  }

  private static byte[] bytes(byte[] file, SafetensorsFile.Tensor tensor) {
    int from = (int) tensor.offsetBytes();
    return Arrays.copyOfRange(file, from, from + (int) tensor.lengthBytes());
  }

  /** Tensors of several types, in an order and with a padding that no library would choose. */
  private static byte[] original() {
    Random random = new Random(3);
    ByteBuffer data = ByteBuffer.allocate(300_000).order(ByteOrder.LITTLE_ENDIAN);
    StringBuilder header = new StringBuilder("{ \"__metadata__\":{\"format\":\"pt\"}");
    tensor(header, data, "big", "BF16", "[40,500]", 40_000);
    for (int i = 0; i < 20_000; i++) {
      data.putShort((short) (Float.floatToIntBits((float) random.nextGaussian() * 0.02f) >> 16));
    }
    tensor(header, data, "ids", "I64", "[3]", 24);
    data.putLong(1).putLong(-2).putLong(3);
    tensor(header, data, "none", "F32", "[0]", 0);
    tensor(header, data, "logit_scale", "F32", "[]", 4);
    data.putFloat(2.6593f);
    tensor(header, data, "wé", "F32", "[30000]", 120_000);
    for (int i = 0; i < 30_000; i++) {
      data.putFloat((float) random.nextGaussian());
    }
    byte[] text = header.append("}   ").toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + text.length + data.position()).order(ByteOrder.LITTLE_ENDIAN);
    return file.putLong(text.length).put(text).put(data.array(), 0, data.position()).array();
  }

  private static void tensor(
      StringBuilder header, ByteBuffer data, String name, String dtype, String shape, int length) {
    header.append(
        String.format(
            ",\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
            name, dtype, shape, data.position(), data.position() + length));
  }
}
