package dev.zoopress.jobs.plan;

import java.io.Serializable;
import java.util.function.ToIntFunction;
import org.apache.spark.Partitioner;

/** Keeps together what has a hash in common, whatever else the sorted keys say. */
public final class ByKey<K> extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final int partitions;
  private final Hash<K> hash;

  /** A hash that travels to tasks: the same in every JVM. */
  @FunctionalInterface
  public interface Hash<K> extends ToIntFunction<K>, Serializable {}

  public ByKey(int partitions, Hash<K> hash) {
    this.partitions = partitions;
    this.hash = hash;
  }

  @Override
  public int numPartitions() {
    return partitions;
  }

  @Override
  @SuppressWarnings("unchecked")
  public int getPartition(Object key) {
    return Math.floorMod(hash.applyAsInt((K) key), partitions);
  }
}
