package dev.zoopress.jobs.inspect;

import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.io.Serializable;
import org.apache.spark.api.java.JavaSparkContext;
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
            .broadcast(new SerializableConfiguration(spark.sessionState().newHadoopConf())));
  }

  /** The store, for one task or the driver; close it. */
  public ObjectStore open() throws IOException {
    return Stores.open(uri, hadoop.value().value());
  }

  /** Frees what executors hold of it. */
  public void release() {
    hadoop.destroy();
  }
}
