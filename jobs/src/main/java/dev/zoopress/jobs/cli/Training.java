package dev.zoopress.jobs.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.fs.FileUtil;

/**
 * Runs the usual commands on a made-up model, so that the JVM that does it can keep their classes
 * for later starts: {@code bin/zoopress} makes its archive of them.
 */
final class Training {
  private static final int FLOATS = 1 << 20;

  private Training() {}

  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("zoopress-training-");
    try {
      Path source = Files.createDirectories(folder.resolve("zoo/org/made-up"));
      model(source.resolve("model.safetensors"));
      Files.writeString(source.resolve("config.json"), "{}");
      String zoo = folder.resolve("zoo").toString();
      String store = folder.resolve("store").toString();
      String back = folder.resolve("back").toString();
      for (List<String> words :
          List.of(
              List.of("compress", zoo, "--store", store, "--effort", "fast"),
              List.of("compress", zoo, "--store", store, "--force"),
              List.of("verify", "--store", store, "--full", "--against", zoo),
              List.of("restore", "--store", store, "--to", back))) {
        run(words);
      }
    } finally {
      FileUtil.fullyDelete(folder.toFile());
    }
  }

  private static void run(List<String> words) throws IOException {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of("--master", "local[2]", "--json", "--progress", "none"));
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    PrintWriter out =
        new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    int code = Zoopress.run(all.toArray(String[]::new), out, err);
    if (code != ExitCode.DONE) {
      throw new IOException(words + " ended with " + code);
    }
  }

  /** A safetensors file of two tensors. */
  private static void model(Path file) throws IOException {
    String header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1024,1024],\"data_offsets\":[0,4194304]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1024,1024],\"data_offsets\":[4194304,6291456]}}";
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length() + 6 * FLOATS).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    Random random = new Random(1);
    for (int i = 0; i < FLOATS; i++) {
      bytes.putFloat((float) (random.nextGaussian() * 0.02));
    }
    for (int i = 0; i < FLOATS; i++) {
      bytes.putShort((short) (Float.floatToIntBits((float) random.nextGaussian()) >>> 16));
    }
    Files.write(file, bytes.array());
  }
}
