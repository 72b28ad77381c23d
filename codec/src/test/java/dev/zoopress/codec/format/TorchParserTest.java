package dev.zoopress.codec.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TorchParserTest {
  private static final byte[] LITTLE = "little".getBytes(StandardCharsets.US_ASCII);

  /**
   * A grid, the same grid tied, a transposed one, two halves of one storage, and an untyped one.
   */
  static byte[] archive(boolean isZip64) {
    return archive(isZip64, pickle());
  }

  static byte[] pickle() {
    PickleWriter pickle = new PickleWriter().dict();
    pickle.text("grid").tensor("FloatStorage", "0", 6, 0, dims(2, 3), dims(3, 1));
    pickle.text("tied").tensor("FloatStorage", "0", 6, 0, dims(2, 3), dims(3, 1));
    pickle.text("turned").tensor("HalfStorage", "1", 6, 0, dims(3, 2), dims(1, 3));
    pickle.text("left").tensor("BFloat16Storage", "2", 4, 0, dims(2), dims(1));
    pickle.text("right").tensor("BFloat16Storage", "2", 4, 2, dims(1, 2), dims(7, 1));
    pickle.text("fp8").global("torch._utils", "_rebuild_tensor_v3").op('(');
    pickle.storage("UntypedStorage", "3", 4).number(0).tuple(2, 2).tuple(2, 1).op(0x89, 'N');
    pickle.global("torch", "float8_e4m3fn").op('t', 'R');
    return pickle.endDict().done();
  }

  static byte[] archive(boolean isZip64, byte[] pickle) {
    return new ZipWriter(isZip64)
        .entry("archive/data.pkl", pickle)
        .entry("archive/byteorder", LITTLE)
        .entry("archive/data/0", new byte[24])
        .entry("archive/data/1", new byte[12])
        .entry("archive/data/2", new byte[8])
        .entry("archive/data/3", new byte[4])
        .entry("archive/version", "3\n".getBytes(StandardCharsets.US_ASCII))
        .done();
  }

  private static long[] dims(long... values) {
    return values;
  }

  private static FileLayout layout(byte[] file) throws IOException {
    FileLayout layout = Damage.parse("pytorch_model.bin", file);
    assertThat(layout.format()).as(layout.warning()).isEqualTo("torch");
    return layout;
  }

  private static List<String> tensors(byte[] file) throws IOException {
    FileLayout layout = layout(file);
    assertThat(layout.warning()).isEmpty();
    return tensors(layout);
  }

  private static List<String> tensors(FileLayout layout) {
    return layout.segments().stream()
        .filter(s -> s.dtype() != DType.OPAQUE)
        .map(s -> s.name() + " " + s.dtype() + " " + s.shape() + " " + s.lengthBytes())
        .toList();
  }

  /** What becomes of storage 0, 24 bytes, when the pickle's dictionary holds these opcodes. */
  private static List<String> storage0(PickleWriter dictionary) throws IOException {
    return tensors(archive(false, dictionary.endDict().done()));
  }

  private static PickleWriter dict() {
    return new PickleWriter().dict();
  }

  private static void refused(byte[] file, String reason) throws IOException {
    FileLayout layout = Damage.parse("pytorch_model.bin", file);
    assertThat(layout.format()).isEqualTo("opaque");
    assertThat(layout.warning()).contains("at byte ").contains(reason);
  }

  private static void storagesOpaque(byte[] pickle, String reason) throws IOException {
    FileLayout layout = layout(archive(false, pickle));
    assertThat(tensors(layout)).isEmpty();
    assertThat(layout.warning()).contains("at byte ").contains(reason);
  }

  @Test
  void storagesBecomeTensorsWithTheirNames() throws IOException {
    for (boolean isZip64 : new boolean[] {false, true}) {
      assertThat(tensors(archive(isZip64)))
          .containsExactly(
              "grid F32 [2, 3] 24",
              "turned F16 [2, 3] 12",
              "left BF16 [2] 4",
              "right BF16 [1, 2] 4",
              "fp8 F8_E4M3 [2, 2] 4");
    }
  }

  @Test
  void segmentsStartWhereTheEntriesDataStarts() throws IOException {
    Segment grid = layout(archive(false)).segments().get(1);
    assertThat(grid.offsetBytes() % 64).isZero();
  }

  @Test
  void nestedNames() throws IOException {
    PickleWriter pickle = dict().text("model").op('}', '(').text("w");
    pickle.global("torch._utils", "_rebuild_parameter").op('(');
    pickle.tensor("FloatStorage", "0", 6, 0, dims(6), dims(1)).op(0x88, 'N', 't', 'R', 'u');
    assertThat(storage0(pickle)).containsExactly("model.w F32 [6] 24");
  }

  @Test
  void withoutOneDenseTensorOnlyTheTypeIsKnown() throws IOException {
    String flat = "archive/data/0 F32 [] 24";
    assertThat(storage0(dict().text("s").storage("FloatStorage", "0", 6))).containsExactly(flat);
    assertThat(storage0(dict().text("s").tensor("FloatStorage", "0", 6, 0, dims(3), dims(2))))
        .containsExactly(flat);
    assertThat(
            storage0(
                dict()
                    .text("a")
                    .tensor("FloatStorage", "0", 6, 0, dims(4), dims(1))
                    .text("b")
                    .tensor("FloatStorage", "0", 6, 2, dims(4), dims(1))))
        .containsExactly(flat);
    assertThat(storage0(dict().text("a").tensor("FloatStorage", "0", 6, 4, dims(3), dims(1))))
        .containsExactly(flat);
    assertThat(
            storage0(
                dict().text("a").tensor("FloatStorage", "0", 6, 0, dims(1L << 30, 8), dims(8, 1))))
        .containsExactly(flat);
    assertThat(storage0(dict().text("a").tensor("FloatStorage", "0", 6, 2, dims(2), dims(1))))
        .containsExactly("archive/data/0 F32 [] 8", "a F32 [2] 8", "archive/data/0 F32 [] 8");
  }

  @Test
  void whatDisagreesStaysOpaque() throws IOException {
    assertThat(storage0(dict().text("s").storage("FloatStorage", "0", 5))).isEmpty();
    assertThat(storage0(dict().text("s").storage("FloatStorage", "0", -1))).isEmpty();
    assertThat(storage0(dict().text("s").storage("SomeStorage", "0", 6))).isEmpty();
    assertThat(storage0(dict().text("s").storage("UntypedStorage", "0", 24))).isEmpty();
    assertThat(storage0(dict().text("s").storage("FloatStorage", "77", 6))).isEmpty();
    assertThat(
            storage0(
                dict()
                    .text("s")
                    .storage("FloatStorage", "0", 6)
                    .text("t")
                    .storage("IntStorage", "0", 6)))
        .isEmpty();
  }

  @Test
  void bigEndianAndCompressedEntriesStayOpaque() throws IOException {
    byte[] pickle = dict().text("s").storage("FloatStorage", "0", 6).endDict().done();
    byte[] big =
        new ZipWriter(false)
            .entry("a/data.pkl", pickle)
            .entry("a/byteorder", "big".getBytes(StandardCharsets.US_ASCII))
            .entry("a/data/0", new byte[24])
            .done();
    assertThat(tensors(big)).isEmpty();
    byte[] deflated =
        new ZipWriter(false).entry("a/data.pkl", pickle).entry("a/data/0", 8, new byte[24]).done();
    assertThat(tensors(deflated)).isEmpty();
    byte[] deflatedPickle =
        new ZipWriter(false).entry("a/data.pkl", 8, pickle).entry("a/data/0", new byte[24]).done();
    assertThat(Damage.parse("m.pt", deflatedPickle).format()).isEqualTo("opaque");
  }

  @Test
  void otherArchivesAreOpaqueWithoutAWarning() throws IOException {
    byte[] zip = new ZipWriter(false).entry("readme", LITTLE).done();
    assertThat(Damage.parse("x.zip", zip)).isEqualTo(FileLayout.opaque(zip.length, ""));
    assertThat(Damage.parse("x.zip", Arrays.copyOf(zip, 40)).warning()).isEmpty();
  }

  @Test
  void nothingIsExecutedWhateverThePickleNames() throws IOException {
    PickleWriter pickle = dict().text("x").global("os", "system").op('(').text("false");
    assertThat(storage0(pickle.op('t', 'R').text("s").storage("FloatStorage", "0", 6)))
        .containsExactly("archive/data/0 F32 [] 24");
  }

  @Test
  void brokenPickles() throws IOException {
    storagesOpaque(new byte[] {}, "needs 1 bytes");
    storagesOpaque(new PickleWriter().op('I').done(), "opcode 0x49");
    storagesOpaque(new PickleWriter().op('i').done(), "opcode 0x69");
    storagesOpaque(new PickleWriter().op('.').done(), "stack is empty");
    storagesOpaque(new PickleWriter().op('t').done(), "no mark");
    storagesOpaque(new PickleWriter().op('(', '0').done(), "stack is empty");
    storagesOpaque(new PickleWriter().op('h', 7).done(), "no entry 7");
    storagesOpaque(new PickleWriter().op('(', 'q', 0).done(), "stack is empty");
    storagesOpaque(new PickleWriter().op('N', 'N', 'R').done(), "without arguments");
    storagesOpaque(new PickleWriter().op('N', 'N', 0x93).done(), "without names");
    storagesOpaque(new PickleWriter().op('X', 255, 255, 255, 255).done(), "needs 4294967295");
    storagesOpaque(
        new PickleWriter().global("m".repeat(70_000), "n").done(), "more than 65536 bytes");
  }

  @Test
  void pickleLimits() throws IOException {
    byte[] marks = new byte[2_000_000];
    Arrays.fill(marks, (byte) '(');
    storagesOpaque(marks, "stack holds more than");
    byte[] emptied = new byte[5_000_000];
    for (int i = 0; i + 1 < emptied.length; i += 2) {
      emptied[i] = ']';
      emptied[i + 1] = '0';
    }
    storagesOpaque(emptied, "more than 2097152 values");
  }

  @Test
  void cyclesEnd() throws IOException {
    PickleWriter pickle = new PickleWriter().op('}', 'q', 0, '(').text("self").op('h', 0);
    pickle.text("s").storage("FloatStorage", "0", 6);
    assertThat(storage0(pickle)).containsExactly("archive/data/0 F32 [] 24");
  }

  @Test
  void brokenArchives() throws IOException {
    byte[] sound = archive(false);
    refused(Arrays.copyOf(sound, sound.length - 1), "no end of central directory");
    int end = sound.length - 22;
    refused(patched(sound, end + 16, 255, 255, 255, 127), "a central directory of");
    refused(patched(sound, end + 12, 255, 255, 255, 127), "a central directory of");
    refused(patched(sound, end + 10, 3), "its end says");
    int directory = indexOf(sound, 'P', 'K', 1, 2);
    refused(patched(sound, directory, 'X'), "no directory entry");
    refused(patched(sound, directory + 42, 255, 255, 255, 127), "lies outside");
    byte[] twice =
        new ZipWriter(false).entry("a/data.pkl", LITTLE).entry("a/data.pkl", LITTLE).done();
    refused(twice, "duplicate entry");
    byte[] wide = archive(true);
    int end64 = indexOf(wide, 'P', 'K', 6, 6);
    refused(patched(wide, end64, 'X'), "no ZIP64 record");
    refused(patched(wide, end64 + 47, 128), "a central directory of");
    int locator = indexOf(wide, 'P', 'K', 6, 7);
    refused(patched(wide, locator + 15, 128), "not before its locator");
    int extra = indexOf(wide, 0x75, 0x70, 0, 0);
    refused(patched(wide, extra + 4, 9), "lacks its ZIP64 sizes");
  }

  @Test
  void entriesThatReachIntoOthers() throws IOException {
    byte[] sound = archive(false);
    int directory = indexOf(sound, 'P', 'K', 1, 2);
    // The pickle's entry now claims more than lies before the directory.
    byte[] tooLong = patched(sound, directory + 20, 0, 0, 1, 0, 0, 0, 1, 0);
    FileLayout layout = layout(tooLong);
    assertThat(layout.warning()).contains("reaches into the central directory");
    assertThat(tensors(layout)).isEmpty();
  }

  @Test
  void anyDamageStillGivesACoveringLayout() throws IOException {
    Damage.everywhere("m.pt", archive(false));
    Damage.everywhere("m.pt", archive(true));
  }

  private static byte[] patched(byte[] file, int at, int... values) {
    byte[] copy = file.clone();
    for (int i = 0; i < values.length; i++) {
      copy[at + i] = (byte) values[i];
    }
    return copy;
  }

  private static int indexOf(byte[] file, int... wanted) {
    for (int i = 0; i + wanted.length <= file.length; i++) {
      int matched = 0;
      while (matched < wanted.length && file[i + matched] == (byte) wanted[matched]) {
        matched++;
      }
      if (matched == wanted.length) {
        return i;
      }
    }
    throw new IllegalArgumentException("not found");
  }
}
