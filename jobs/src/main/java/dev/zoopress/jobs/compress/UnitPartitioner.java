package dev.zoopress.jobs.compress;

import dev.zoopress.jobs.plan.Units.Unit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.Partitioner;

/** Sends rows of a unit to the partition at the unit's place in the order of execution. */
final class UnitPartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final HashMap<Integer, Integer> places = new HashMap<>();

  UnitPartitioner(List<Unit> order) {
    for (int i = 0; i < order.size(); i++) {
      places.put(order.get(i).number(), i);
    }
  }

  @Override
  public int numPartitions() {
    return places.size();
  }

  @Override
  public int getPartition(Object unit) {
    Integer place = places.get(unit);
    if (place == null) {
      throw new IllegalArgumentException("unit " + unit + " is not in the plan");
    }
    return place;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UnitPartitioner p && p.places.equals(places);
  }

  @Override
  public int hashCode() {
    return Map.copyOf(places).hashCode();
  }
}
