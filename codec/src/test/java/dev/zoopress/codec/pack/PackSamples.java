package dev.zoopress.codec.pack;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Files to pack, made from a seed. */
final class PackSamples {
  private PackSamples() {}

  record Tensor(String name, DType dtype, int rows, int columns, byte[] bytes) {}

  static ByteSource source(String name, byte[] bytes) {
    return new ByteSource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public void readFully(long positionBytes, byte[] target, int offset, int length)
          throws IOException {
        if (positionBytes < 0 || length > bytes.length - positionBytes) {
          throw new EOFException(positionBytes + " + " + length + " of " + bytes.length);
        }
        System.arraycopy(bytes, (int) positionBytes, target, offset, length);
      }
    };
  }

  /** Weights of a narrow normal distribution, in {@code dtype} where it is a float. */
  static Tensor weights(Random random, String name, DType dtype, int rows, int columns) {
    int length = (int) ((long) rows * columns * dtype.bits() / 8);
    ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      double value = random.nextGaussian() * 0.02;
      int bits = Float.floatToRawIntBits((float) value);
      switch (dtype) {
        case F64 -> out.putDouble(value);
        case F32 -> out.putInt(bits);
        case BF16, F16 -> out.putShort((short) (bits >>> 16));
        case I64 -> out.putLong(random.nextInt(1000));
        case I32, U32 -> out.putInt(random.nextInt(1000));
        default -> out.put((byte) (int) (random.nextGaussian() * 12));
      }
    }
    return new Tensor(name, dtype, rows, columns, out.array());
  }

  static Tensor constant(String name, DType dtype, int rows, int columns) {
    byte[] bytes = new byte[(int) ((long) rows * columns * dtype.bits() / 8)];
    return new Tensor(name, dtype, rows, columns, bytes);
  }

  static Tensor noise(Random random, String name, DType dtype, int rows, int columns) {
    byte[] bytes = new byte[(int) ((long) rows * columns * dtype.bits() / 8)];
    random.nextBytes(bytes);
    return new Tensor(name, dtype, rows, columns, bytes);
  }

  static byte[] safetensors(List<Tensor> tensors) throws IOException {
    List<String> entries = new ArrayList<>();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (Tensor tensor : tensors) {
      int start = data.size();
      data.writeBytes(tensor.bytes());
      entries.add(
          "\"%s\":{\"dtype\":\"%s\",\"shape\":[%d,%d],\"data_offsets\":[%d,%d]}"
              .formatted(
                  tensor.name(),
                  tensor.dtype(),
                  tensor.rows(),
                  tensor.columns(),
                  start,
                  data.size()));
    }
    byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
    ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(prefix.putLong(header.length).array());
    file.writeBytes(header);
    data.writeTo(file);
    return file.toByteArray();
  }

  /** Large and small tensors of many types, some twice. */
  static byte[] mixed(long seed) throws IOException {
    Random random = new Random(seed);
    List<Tensor> tensors = new ArrayList<>();
    for (DType dtype :
        List.of(DType.F32, DType.BF16, DType.F16, DType.F64, DType.I64, DType.I8, DType.BOOL)) {
      tensors.add(weights(random, "large." + dtype, dtype, 64 + random.nextInt(100), 512));
      Tensor small = weights(random, "small." + dtype, dtype, 1 + random.nextInt(9), 7);
      tensors.add(small);
      tensors.add(new Tensor("twin." + dtype, dtype, small.rows(), 7, small.bytes()));
    }
    tensors.add(constant("zeros", DType.F32, 300, 512));
    tensors.add(noise(random, "noise", DType.F8_E4M3, 300, 512));
    return safetensors(tensors);
  }

  static byte[] pack(String name, byte[] file, Effort effort, int threads) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FilePack.pack(source(name, file), name, out, effort, threads, done -> {});
    return out.toByteArray();
  }

  static byte[] unpack(byte[] pack) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FilePack.unpack(source("pack", pack), out, 1, done -> {});
    return out.toByteArray();
  }
}
