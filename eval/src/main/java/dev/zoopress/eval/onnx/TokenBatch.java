package dev.zoopress.eval.onnx;

import java.util.Arrays;
import java.util.List;

/**
 * Token ids of several inputs, padded to one length, and the rows that are asked for.
 *
 * @param ids row-major {@code [count, length]}; {@code mask} and {@code types} likewise
 * @param rows indices into {@code count x length} for token-wise heads, those of one input after
 *     those of the other; none for others
 */
public record TokenBatch(
    int count, int length, long[] ids, long[] mask, long[] types, long[] rows) {

  /**
   * Pads {@code inputs} to the longest of them.
   *
   * @param positions per input the positions to answer for; empty for heads that answer once
   */
  public static TokenBatch of(
      List<long[]> inputs, List<long[]> types, List<int[]> positions, int padTokenId) {
    int length = inputs.stream().mapToInt(i -> i.length).max().orElseThrow();
    int count = inputs.size();
    long[] ids = new long[count * length];
    long[] mask = new long[count * length];
    long[] allTypes = new long[count * length];
    Arrays.fill(ids, padTokenId);
    long[] rows = new long[positions.stream().mapToInt(p -> p.length).sum()];
    int row = 0;
    for (int i = 0; i < count; i++) {
      int at = i * length;
      int size = inputs.get(i).length;
      System.arraycopy(inputs.get(i), 0, ids, at, size);
      System.arraycopy(types.get(i), 0, allTypes, at, size);
      Arrays.fill(mask, at, at + size, 1);
      for (int position : positions.isEmpty() ? new int[0] : positions.get(i)) {
        rows[row++] = at + (long) position;
      }
    }
    return new TokenBatch(count, length, ids, mask, allTypes, rows);
  }
}
