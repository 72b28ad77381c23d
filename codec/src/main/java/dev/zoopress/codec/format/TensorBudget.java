package dev.zoopress.codec.format;

import dev.zoopress.codec.MalformedInputException;

/**
 * Bounds the memory that one file's tensor descriptions may take: some containers let a few
 * gigabytes of input describe hundreds of millions of empty tensors. Half a million tensors with
 * names and shapes of ordinary length fit.
 */
final class TensorBudget {
  private static final long MAX_BYTES = 128L << 20;
  private static final int BYTES_PER_TENSOR = 100;
  private static final int BYTES_PER_DIMENSION = 24;

  private final String source;
  private long usedBytes;

  TensorBudget(String source) {
    this.source = source;
  }

  /**
   * Accounts for one tensor.
   *
   * @throws MalformedInputException if the file describes more than any model does
   */
  void charge(String name, int rank, long offsetBytes) throws MalformedInputException {
    usedBytes += BYTES_PER_TENSOR + 2L * name.length() + (long) BYTES_PER_DIMENSION * rank;
    if (usedBytes > MAX_BYTES) {
      throw new MalformedInputException(
          source, offsetBytes, "tensor descriptions would take more than " + MAX_BYTES + " bytes");
    }
  }
}
