package dev.zoopress.jobs.scan;

import dev.zoopress.jobs.plan.ModelFinder;
import dev.zoopress.jobs.plan.SliceTask.Models;
import dev.zoopress.jobs.scan.ScanResult.Count;
import dev.zoopress.jobs.scan.ScanResult.ScannedModel;
import dev.zoopress.jobs.source.SourceTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Looks at a source without changing anything: models, files, formats, element types. */
public final class ScanJob {
  private final SparkSession spark;
  private final String source;

  public ScanJob(SparkSession spark, String source) {
    this.spark = Objects.requireNonNull(spark);
    this.source = Objects.requireNonNull(source);
  }

  /**
   * Lists every model and reads the headers of its files. The driver holds a row per model.
   *
   * @throws IOException if the source cannot be listed
   */
  public ScanResult execute() throws IOException {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    JavaSparkContext sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    SourceTree tree = SourceTree.open(source, hadoop);
    Broadcast<SerializableConfiguration> conf = sc.broadcast(new SerializableConfiguration(hadoop));
    try {
      sc.setJobDescription("scan: read the headers of " + tree.root());
      List<String> strays = new ArrayList<>();
      List<Models> slices =
          ModelFinder.slices(
              ModelFinder.find(sc, source, tree, conf, strays::add), sc.defaultParallelism());
      List<ScannedModel> models = new ArrayList<>();
      if (!slices.isEmpty()) {
        ScanTask task = new ScanTask(source, tree.layout(), conf);
        models.addAll(sc.parallelize(slices, slices.size()).flatMap(task).collect());
      }
      models.sort(Comparator.comparing(ScannedModel::model));
      Map<String, Count> formats = new TreeMap<>();
      Map<String, Count> dtypes = new TreeMap<>();
      for (ScannedModel model : models) {
        model.formats().forEach((name, count) -> formats.merge(name, count, Count::plus));
        model.dtypes().forEach((name, count) -> dtypes.merge(name, count, Count::plus));
      }
      String layout = tree.layout().name().toLowerCase(Locale.ROOT).replace('_', '-');
      return new ScanResult(source, layout, models, formats, dtypes, strays);
    } finally {
      sc.setJobDescription(null);
      conf.destroy();
    }
  }
}
