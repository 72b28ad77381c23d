package dev.zoopress.jobs.store;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** How the driver and the tasks of a job open the store. */
public record StoreAccess(String uri, Broadcast<SerializableConfiguration> hadoop)
    implements Serializable {

  /** Access with the session's Hadoop settings; {@link #release} it. */
  public static StoreAccess of(SparkSession spark, String uri) {
    return new StoreAccess(
        uri,
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .broadcast(new SerializableConfiguration(spark.sparkContext().hadoopConfiguration())));
  }

  /** What a task does with each of its inputs. */
  @FunctionalInterface
  public interface Step<T, R> extends Serializable {
    void run(Repository repository, T input, Consumer<R> out) throws IOException;
  }

  /** The store, for one task or the driver; close it. */
  public ObjectStore open() throws IOException {
    return Stores.open(uri, hadoop.value().value());
  }

  /** Runs a step over the inputs of a partition with one open repository. */
  public <T, R> FlatMapFunction<Iterator<T>, R> each(Step<T, R> step) {
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

  /** Frees what executors hold of it. */
  public void release() {
    hadoop.destroy();
  }
}
