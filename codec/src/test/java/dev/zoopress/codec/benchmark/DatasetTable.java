package dev.zoopress.codec.benchmark;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.frame.FrameDecoder;
import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prints, per safetensors file, the stored share and the speed of frames: {@code DatasetTable
 * EFFORT REPEATS FILE...}. In memory, one thread, checksums on, every byte compared.
 */
public final class DatasetTable {
  private static final Pattern TENSOR =
      Pattern.compile(
          "\"dtype\":\\s*\"(\\w+)\",\\s*\"shape\":\\s*\\[([^\\]]*)\\],\\s*"
              + "\"data_offsets\":\\s*\\[(\\d+),\\s*(\\d+)\\]");
  private static final int CHUNK = 16 << 20;
  private static final int ALONE = 64 << 10;
  private static final int TOGETHER = 1 << 20;

  private record Unit(int offset, int length, FrameShape shape) {}

  private DatasetTable() {}

  /** Runs the table. */
  public static void main(String[] args) throws IOException {
    Effort effort = Effort.valueOf(args[0]);
    int repeats = Integer.parseInt(args[1]);
    for (String file : Arrays.asList(args).subList(2, args.length)) {
      measure(effort, repeats, Path.of(file));
    }
  }

  private static void measure(Effort effort, int repeats, Path path) throws IOException {
    byte[] file = Files.readAllBytes(path);
    byte[] body = new byte[file.length];
    List<Unit> units = units(file, body);
    int[] stored = new int[units.size()];
    int[] at = new int[units.size()];
    byte[] encoded = new byte[file.length + (1 << 20) + units.size() * 2048];
    byte[] back = new byte[FrameEncoder.MAX_FRAME_BYTES];
    byte[] scratch = new byte[FrameEncoder.maxEncodedLength(FrameEncoder.MAX_FRAME_BYTES)];
    double[] encodeSeconds = new double[repeats];
    double[] decodeSeconds = new double[repeats];
    long total = 0;
    try (FrameEncoder encoder = new FrameEncoder(effort);
        FrameDecoder decoder = new FrameDecoder()) {
      for (int repeat = 0; repeat < repeats; repeat++) {
        total = 0;
        for (int u = 0; u < stored.length; u++) {
          Unit unit = units.get(u);
          long start = cpuNanos();
          stored[u] = encoder.encode(body, unit.offset(), unit.length(), unit.shape(), scratch, 0);
          encodeSeconds[repeat] += (cpuNanos() - start) / 1e9;
          System.arraycopy(scratch, 0, encoded, (int) total, stored[u]);
          at[u] = (int) total;
          total += stored[u];
        }
        for (int u = 0; u < stored.length; u++) {
          Unit unit = units.get(u);
          long start = cpuNanos();
          decoder.decode("table", 0, encoded, at[u], stored[u], back, 0, unit.length());
          decodeSeconds[repeat] += (cpuNanos() - start) / 1e9;
          if (!Arrays.equals(
              back, 0, unit.length(), body, unit.offset(), unit.offset() + unit.length())) {
            throw new IllegalStateException("unit " + unit + " came back different");
          }
        }
      }
    }
    int header = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0) + 8;
    Arrays.sort(encodeSeconds, repeats / 3, repeats);
    Arrays.sort(decodeSeconds, repeats / 3, repeats);
    int middle = repeats / 3 + (repeats - repeats / 3) / 2;
    System.out.printf(
        "%-30s %7.3f %%  encode %5.0f MB/s  decode %5.0f MB/s%n",
        path.getFileName(),
        100.0 * (total + header + 40L * units.size()) / file.length,
        file.length / 1e6 / encodeSeconds[middle],
        file.length / 1e6 / decodeSeconds[middle]);
  }

  /** Time on the core: other processes do not count. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** Chunks as the packer makes them; small ones of a dtype are moved together into one frame. */
  private static List<Unit> units(byte[] file, byte[] body) {
    int headerLength = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    String header = new String(file, 8, headerLength, StandardCharsets.UTF_8);
    Map<DType, byte[]> small = new EnumMap<>(DType.class);
    Map<DType, Integer> filled = new EnumMap<>(DType.class);
    List<Unit> units = new ArrayList<>();
    int to = 0;
    Matcher tensor = TENSOR.matcher(header);
    while (tensor.find()) {
      DType dtype = DType.valueOf(tensor.group(1));
      int from = 8 + headerLength + Integer.parseInt(tensor.group(3));
      int length = 8 + headerLength + Integer.parseInt(tensor.group(4)) - from;
      long elements = length * 8L / dtype.bits();
      String[] shape = tensor.group(2).split(",");
      long rows = shape.length < 2 ? 1 : Long.parseLong(shape[0].trim());
      long columns = rows < 2 || elements % rows != 0 ? 0 : elements / rows;
      if (length < ALONE) {
        byte[] pending = small.computeIfAbsent(dtype, d -> new byte[TOGETHER]);
        int have = filled.getOrDefault(dtype, 0);
        if (have + length > TOGETHER) {
          units.add(new Unit(to, have, FrameShape.flat(dtype)));
          System.arraycopy(pending, 0, body, to, have);
          to += have;
          have = 0;
        }
        System.arraycopy(file, from, pending, have, length);
        filled.put(dtype, have + length);
        continue;
      }
      System.arraycopy(file, from, body, to, length);
      for (int done = 0; done < length; done += CHUNK) {
        long first = done / dtype.alignmentBytes();
        units.add(
            new Unit(
                to + done,
                Math.min(CHUNK, length - done),
                new FrameShape(dtype, columns, columns == 0 ? 0 : first % columns)));
      }
      to += length;
    }
    for (Map.Entry<DType, Integer> left : filled.entrySet()) {
      if (left.getValue() > 0) {
        units.add(new Unit(to, left.getValue(), FrameShape.flat(left.getKey())));
        System.arraycopy(small.get(left.getKey()), 0, body, to, left.getValue());
        to += left.getValue();
      }
    }
    return units;
  }
}
