package dev.zoopress.eval;

import com.fasterxml.jackson.databind.JsonNode;
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

/** A small safetensors file taken apart, changed and written again. */
public final class WeightsFile {
  /** One tensor; bytes little endian. */
  public record Tensor(String dtype, long[] shape, byte[] bytes) {
    /** F32 values cut to what BF16 holds: as BF16, or still as F32. */
    public Tensor cut(String as) {
      ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      boolean isWide = as.equals("F32");
      ByteBuffer to =
          ByteBuffer.allocate(isWide ? bytes.length : bytes.length / 2)
              .order(ByteOrder.LITTLE_ENDIAN);
      while (from.hasRemaining()) {
        int bits = from.getInt() & 0xffff0000;
        if (isWide) {
          to.putInt(bits);
        } else {
          to.putShort((short) (bits >>> 16));
        }
      }
      return new Tensor(as, shape, to.array());
    }

    /** Without the first {@code rows} rows. */
    public Tensor withoutRows(int rows) {
      int row = (int) (bytes.length / shape[0]);
      byte[] rest = java.util.Arrays.copyOfRange(bytes, rows * row, bytes.length);
      return new Tensor(dtype, new long[] {shape[0] - rows, shape[1]}, rest);
    }
  }

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  public static WeightsFile read(Path file) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] json = new byte[(int) all.getLong()];
    all.get(json);
    int start = all.position();
    WeightsFile weights = new WeightsFile();
    for (Map.Entry<String, JsonNode> e : new ObjectMapper().readTree(json).properties()) {
      if (e.getKey().equals("__metadata__")) {
        continue;
      }
      JsonNode entry = e.getValue();
      long[] shape = new long[entry.path("shape").size()];
      for (int i = 0; i < shape.length; i++) {
        shape[i] = entry.path("shape").get(i).asLong();
      }
      int from = entry.path("data_offsets").get(0).asInt();
      byte[] bytes = new byte[entry.path("data_offsets").get(1).asInt() - from];
      all.get(start + from, bytes);
      weights.tensors.put(e.getKey(), new Tensor(entry.path("dtype").asText(), shape, bytes));
    }
    return weights;
  }

  public Map<String, Tensor> tensors() {
    return tensors;
  }

  public void write(Path file) throws IOException {
    ObjectNode header = new ObjectMapper().createObjectNode();
    int end = 0;
    for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
      ObjectNode entry = header.putObject(e.getKey()).put("dtype", e.getValue().dtype());
      for (long size : e.getValue().shape()) {
        entry.withArray("shape").add(size);
      }
      entry.putArray("data_offsets").add(end).add(end + e.getValue().bytes().length);
      end += e.getValue().bytes().length;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer all = ByteBuffer.allocate(8 + json.length + end).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(json.length).put(json);
    tensors.values().forEach(tensor -> all.put(tensor.bytes()));
    Files.write(file, all.array());
  }
}
