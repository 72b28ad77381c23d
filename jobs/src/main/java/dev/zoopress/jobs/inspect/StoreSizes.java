package dev.zoopress.jobs.inspect;

import dev.zoopress.jobs.store.ObjectInfo;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Objects and bytes of a store by area: {@code packs}, {@code manifests}, {@code models}, {@code
 * index}, {@code gc}, {@code runs}, and {@code other} for the rest.
 */
public record StoreSizes(Map<String, Area> areas) {
  private static final Set<String> KNOWN =
      Set.of("packs", "manifests", "models", "index", "gc", "runs");

  /** Folders with many folders below, which tasks list. */
  private static final Set<String> WIDE = Set.of("packs", "manifests", "models", "runs");

  /** What lies in one area. */
  public record Area(long objects, long bytes) implements Serializable {
    static final Area NONE = new Area(0, 0);

    Area plus(Area other) {
      return new Area(objects + other.objects, bytes + other.bytes);
    }
  }

  public StoreSizes {
    areas = Collections.unmodifiableMap(new TreeMap<>(areas));
  }

  /** The area of a key. */
  public static String area(String key) {
    int slash = key.indexOf('/');
    String top = slash < 0 ? "" : key.substring(0, slash);
    return KNOWN.contains(top) ? top : "other";
  }

  /** Lists the whole store. */
  public static StoreSizes of(JavaSparkContext sc, StoreAccess access) throws IOException {
    Map<String, Area> areas = new TreeMap<>();
    sc.setJobDescription("list the store");
    objects(sc, access)
        .mapToPair(o -> new scala.Tuple2<>(area(o.key()), new Area(1, o.sizeBytes())))
        .reduceByKey(Area::plus)
        .collect()
        .forEach(t -> areas.put(t._1(), t._2()));
    return new StoreSizes(areas);
  }

  /** Every object, listed by tasks. */
  public static JavaRDD<ObjectInfo> objects(JavaSparkContext sc, StoreAccess access)
      throws IOException {
    List<String> places = new ArrayList<>();
    try (ObjectStore store = access.open()) {
      List<String> top = new ArrayList<>();
      store.children("", top::add);
      for (String name : top) {
        if (WIDE.contains(name)) {
          store.children(name + "/", below -> places.add(name + "/" + below));
        } else {
          places.add(name);
        }
      }
    }
    Collections.sort(places);
    int parts = Math.max(1, Math.min(places.size(), 16 * sc.defaultParallelism()));
    return sc.parallelize(places, parts)
        .mapPartitions(
            own -> {
              List<ObjectInfo> found = new ArrayList<>();
              try (ObjectStore store = access.open()) {
                while (own.hasNext()) {
                  list(store, own.next(), found);
                }
              }
              return found.iterator();
            });
  }

  /** A child may be a folder or an object. */
  private static void list(ObjectStore store, String place, List<ObjectInfo> found)
      throws IOException {
    var size = store.size(place);
    if (size.isPresent()) {
      found.add(new ObjectInfo(place, size.getAsLong(), 0));
    } else {
      store.list(place + "/", found::add);
    }
  }

  /** Bytes of an area. */
  public long bytes(String area) {
    return areas.getOrDefault(area, Area.NONE).bytes();
  }

  /** Every byte in the store except {@code runs/}. */
  public long storedBytes() {
    long all = areas.values().stream().mapToLong(Area::bytes).sum();
    return all - bytes("runs");
  }
}
