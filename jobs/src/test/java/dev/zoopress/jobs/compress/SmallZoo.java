package dev.zoopress.jobs.compress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Small real safetensors files and the trees that hold them. */
public final class SmallZoo {
  private SmallZoo() {}

  /** Gaussian F32 weights. */
  public static byte[] weights(long seed, int count) {
    Random random = new Random(seed);
    ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      bytes.putFloat((float) (random.nextGaussian() * 0.02));
    }
    return bytes.array();
  }

  /** A safetensors file of one-dimensional F32 tensors, in order of name. */
  public static byte[] safetensors(Map<String, byte[]> tensors) {
    StringBuilder header = new StringBuilder("{");
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    tensors.forEach(
        (name, bytes) -> {
          header.append(header.length() == 1 ? "" : ",");
          header.append(
              "\"%s\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[%d,%d]}"
                  .formatted(name, bytes.length / 4, data.size(), data.size() + bytes.length));
          data.writeBytes(bytes);
        });
    byte[] json = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
    return file.putLong(json.length).put(json).put(data.toByteArray()).array();
  }

  public static Map<String, byte[]> tensors(Object... namesAndBytes) {
    Map<String, byte[]> tensors = new LinkedHashMap<>();
    for (int i = 0; i < namesAndBytes.length; i += 2) {
      tensors.put((String) namesAndBytes[i], (byte[]) namesAndBytes[i + 1]);
    }
    return tensors;
  }

  public static Path write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  public static Path write(Path file, String text) throws IOException {
    return write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
