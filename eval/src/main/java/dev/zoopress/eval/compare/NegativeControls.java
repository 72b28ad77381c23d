package dev.zoopress.eval.compare;

import dev.zoopress.codec.tensor.DType;
import dev.zoopress.eval.model.LoadedTensor;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.model.TensorEntry;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.task.Example;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.eval.task.TaskSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Flips bits of the stored side and looks whether the comparison notices. */
public final class NegativeControls {
  private NegativeControls() {}

  /** A place in a tensor. */
  private record Target(LoadedTensor tensor, int element, boolean isExponent) {}

  /**
   * Two flips: the highest exponent bit of a touched weight at or above its tensor's median
   * magnitude, which must reach the outputs, and a lowest mantissa bit, which may not.
   *
   * @param examples a few inputs
   */
  public static List<NegativeControl> run(
      Side a,
      ModelFiles stored,
      TaskKind kind,
      TaskSettings tasks,
      SessionSettings session,
      List<Example> examples,
      long seed)
      throws IOException {
    List<LoadedTensor> dense =
        a.session().weights().stream()
            .filter(w -> w.entry().shape().size() == 2 && !w.entry().name().contains("embeddings"))
            .toList();
    Random random = new Random(seed);
    List<NegativeControl> controls = new ArrayList<>();
    for (boolean isExponent : new boolean[] {true, false}) {
      LoadedTensor tensor = dense.get(random.nextInt(dense.size()));
      int element = isExponent ? largeElement(tensor, random) : random.nextInt(elements(tensor));
      controls.add(
          control(
              a, stored, kind, tasks, session, examples, new Target(tensor, element, isExponent)));
    }
    return controls;
  }

  private static NegativeControl control(
      Side a,
      ModelFiles stored,
      TaskKind kind,
      TaskSettings tasks,
      SessionSettings session,
      List<Example> examples,
      Target target)
      throws IOException {
    TensorEntry entry = target.tensor().entry();
    int bytes = entry.dtype().bits() / 8;
    int bit = target.isExponent() ? exponentTop(entry.dtype()) : 0;
    long at = entry.offsetBytes() + (long) target.element() * bytes + bit / 8;
    FlippedFiles flipped = new FlippedFiles(stored, entry.file(), at, bit % 8);
    FileDigest before = ModelDigests.of(stored, entry.file());
    FileDigest after = ModelDigests.of(flipped, entry.file());
    boolean caughtL2;
    try (Side b = Side.open(flipped, kind.head(), session)) {
      ShardResult result = new Lockstep(a, b, kind, tasks).run(examples);
      caughtL2 = result.outcomes().stream().anyMatch(o -> !o.sameBits());
    }
    return new NegativeControl(
        entry.name(),
        target.element(),
        target.isExponent() ? "highest exponent bit" : "lowest mantissa bit",
        !before.sha256().equals(after.sha256()),
        !before.tensors().equals(after.tensors()),
        caughtL2,
        target.isExponent());
  }

  /** Bit number of the exponent's top in an element. */
  static int exponentTop(DType dtype) {
    return dtype == DType.F32 ? 30 : 14;
  }

  private static int elements(LoadedTensor tensor) {
    return (int) (tensor.entry().lengthBytes() * 8 / tensor.entry().dtype().bits());
  }

  private static int largeElement(LoadedTensor tensor, Random random) {
    int[] magnitudes = magnitudes(tensor);
    int[] sorted = magnitudes.clone();
    Arrays.sort(sorted);
    int median = sorted[sorted.length / 2];
    int start = random.nextInt(magnitudes.length);
    for (int i = 0; i < magnitudes.length; i++) {
      int element = (start + i) % magnitudes.length;
      if (magnitudes[element] >= median) {
        return element;
      }
    }
    return start;
  }

  /** Bits without sign, which order like magnitudes. */
  private static int[] magnitudes(LoadedTensor tensor) {
    ByteBuffer bytes = tensor.bytes().duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
    int[] out = new int[elements(tensor)];
    boolean isWide = tensor.entry().dtype() == DType.F32;
    for (int i = 0; i < out.length; i++) {
      out[i] = isWide ? bytes.getInt(4 * i) & 0x7fffffff : bytes.getShort(2 * i) & 0x7fff;
    }
    return out;
  }
}
