package dev.zoopress.jobs.inspect;

import dev.zoopress.jobs.compress.Totals;
import java.util.List;

/**
 * What a store holds.
 *
 * @param totals of everything published; {@code storedBytes} counts every byte of the store except
 *     {@code runs/}
 * @param sizes where these bytes lie
 * @param unusedBytes bytes of packs that no published chunk occupies: pack indexes, and what gc or
 *     optimize can free
 */
public record StatsResult(
    Totals totals, StoreSizes sizes, long unusedBytes, List<ModelCost> models) {
  public StatsResult {
    models = List.copyOf(models);
  }

  /**
   * What one model costs.
   *
   * @param revision the newest
   * @param exclusiveBytes stored bytes of chunks that no other model has
   * @param sharedBytes stored bytes of chunks that others have too; each of them counts them in
   *     full
   */
  public record ModelCost(
      String model,
      String revision,
      long files,
      long sourceBytes,
      long exclusiveBytes,
      long sharedBytes) {
    /** All bytes that the model needs. */
    public long storedBytes() {
      return exclusiveBytes + sharedBytes;
    }
  }
}
