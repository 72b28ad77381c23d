package dev.zoopress.jobs.compress;

import org.apache.spark.Partitioner;

/** Sends rows of slice {@code i} to partition {@code i}. */
final class SlicePartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final int slices;

  SlicePartitioner(int slices) {
    this.slices = slices;
  }

  @Override
  public int numPartitions() {
    return slices;
  }

  @Override
  public int getPartition(Object slice) {
    return (Integer) slice;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SlicePartitioner p && p.slices == slices;
  }

  @Override
  public int hashCode() {
    return slices;
  }
}
