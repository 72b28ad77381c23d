package dev.zoopress.jobs.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Turns a copy of the small masked language model into a classifier with made-up weights. */
final class ClassifierFixture {
  private static final int WIDTH = 128;

  private ClassifierFixture() {}

  /**
   * Adds a head of {@code labels} classes to the model in {@code folder}.
   *
   * @param task what the configuration says that the model was trained for, or empty
   */
  static void addHead(Path folder, int labels, String task) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Path config = folder.resolve("config.json");
    ObjectNode settings = (ObjectNode) mapper.readTree(Files.readString(config));
    settings.putArray("architectures").add("RobertaForSequenceClassification");
    settings.put("num_labels", labels);
    settings.put("finetuning_task", task);
    Files.writeString(config, settings.toPrettyString());

    Map<String, int[]> added = new LinkedHashMap<>();
    added.put("classifier.dense.weight", new int[] {WIDTH, WIDTH});
    added.put("classifier.dense.bias", new int[] {WIDTH});
    added.put("classifier.out_proj.weight", new int[] {labels, WIDTH});
    added.put("classifier.out_proj.bias", new int[] {labels});
    Path weights = folder.resolve("model.safetensors");
    ByteBuffer old = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] json = new byte[(int) old.getLong()];
    old.get(json);
    ObjectNode header = (ObjectNode) mapper.readTree(json);
    int end = old.remaining();
    for (Map.Entry<String, int[]> tensor : added.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", "F32");
      int bytes = Float.BYTES;
      for (int size : tensor.getValue()) {
        entry.withArray("shape").add(size);
        bytes *= size;
      }
      entry.putArray("data_offsets").add(end).add(end + bytes);
      end += bytes;
    }
    byte[] head = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer all =
        ByteBuffer.allocate(Long.BYTES + head.length + end).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(head.length).put(head).put(old);
    Random random = new Random(1);
    while (all.hasRemaining()) {
      all.putFloat((float) random.nextGaussian() / 10);
    }
    Files.write(weights, all.array());
  }
}
