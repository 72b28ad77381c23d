package dev.zoopress.codec.pack;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Writes the golden packs: {@code GoldenPacks FOLDER}. Only for files that are not there yet: what
 * is checked in was written by a released version and stays.
 */
final class GoldenPacks {
  private GoldenPacks() {}

  /** A pack of one file. */
  @SuppressWarnings("ArrayRecordComponent")
  record Golden(String name, Effort effort, byte[] file) {}

  static List<Golden> all() throws IOException {
    byte[] noise = new byte[70_001];
    new Random(1).nextBytes(noise);
    List<Golden> packs = new ArrayList<>();
    packs.add(new Golden("raw", Effort.FAST, noise));
    packs.add(new Golden("constant", Effort.FAST, new byte[100_000]));
    packs.add(new Golden("empty", Effort.FAST, new byte[0]));
    packs.add(new Golden("fast", Effort.FAST, model()));
    packs.add(new Golden("best", Effort.BEST, model()));
    return packs;
  }

  /** One tensor in a frame of its own, small ones together, some twice. */
  private static byte[] model() throws IOException {
    Random random = new Random(4);
    List<PackSamples.Tensor> tensors = new ArrayList<>();
    tensors.add(PackSamples.weights(random, "large", DType.BF16, 300, 111));
    for (DType dtype : List.of(DType.F32, DType.F16, DType.F64, DType.I64, DType.I8, DType.BOOL)) {
      PackSamples.Tensor small = PackSamples.weights(random, "a." + dtype, dtype, 40, 17);
      tensors.add(small);
      tensors.add(new PackSamples.Tensor("b." + dtype, dtype, 40, 17, small.bytes()));
    }
    tensors.add(PackSamples.constant("zeros", DType.F32, 30, 8));
    return PackSamples.safetensors(tensors);
  }

  /** See the class. */
  public static void main(String[] args) throws IOException {
    for (Golden golden : all()) {
      Path target = Path.of(args[0]).resolve(golden.name() + ".zpk");
      if (!Files.exists(target)) {
        Files.write(target, PackSamples.pack(golden.name(), golden.file(), golden.effort(), 1));
      }
    }
  }
}
