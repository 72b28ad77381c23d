package dev.zoopress.eval.compare;

import dev.zoopress.eval.onnx.TokenBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The parts of a batch's output buffers that belong to some of its inputs; views, not copies. */
final class Slices {
  private final int[] rowStarts;
  private final int count;
  private final Map<String, ByteBuffer> outputs;

  Slices(TokenBatch batch, Map<String, ByteBuffer> outputs) {
    this.count = batch.count();
    this.outputs = outputs;
    this.rowStarts = new int[count + 1];
    for (int i = 0; i < count; i++) {
      long end = (i + 1L) * batch.length();
      int found = Arrays.binarySearch(batch.rows(), end);
      rowStarts[i + 1] = found < 0 ? -found - 1 : found;
    }
  }

  /** What the inputs {@code from} to before {@code to} got, by output in the order of names. */
  List<ByteBuffer> of(int from, int to) {
    List<ByteBuffer> parts = new ArrayList<>();
    for (Map.Entry<String, ByteBuffer> e : outputs.entrySet()) {
      ByteBuffer all = e.getValue();
      boolean perRow = rowStarts[count] > 0 && !e.getKey().equals("pooled");
      int units = perRow ? rowStarts[count] : count;
      int unitBytes = all.remaining() / units;
      int first = perRow ? rowStarts[from] : from;
      int last = perRow ? rowStarts[to] : to;
      ByteBuffer part =
          all.slice(all.position() + first * unitBytes, (last - first) * unitBytes)
              .order(ByteOrder.nativeOrder());
      parts.add(part);
    }
    return parts;
  }
}
