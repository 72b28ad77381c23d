package dev.zoopress.jobs.collect;

import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** How tasks come to the repository. */
record StoreAccess(String uri, Broadcast<SerializableConfiguration> hadoop)
    implements Serializable {

  /** What a task does with each of its inputs. */
  @FunctionalInterface
  interface Step<T, R> extends Serializable {
    void run(Repository repository, T input, Consumer<R> out) throws IOException;
  }

  ObjectStore open() throws IOException {
    return Stores.open(uri, hadoop.value().value());
  }

  /** Runs a step over the inputs of a partition with one open repository. */
  <T, R> FlatMapFunction<Iterator<T>, R> each(Step<T, R> step) {
    return inputs -> {
      List<R> out = new ArrayList<>();
      if (inputs.hasNext()) {
        try (ObjectStore store = open()) {
          Repository repository = Repository.open(store);
          while (inputs.hasNext()) {
            step.run(repository, inputs.next(), out::add);
          }
        }
      }
      return out.iterator();
    };
  }
}
