package dev.zoopress.jobs.plan;

import dev.zoopress.jobs.plan.SliceTask.Models;
import dev.zoopress.jobs.source.ModelRef;
import dev.zoopress.jobs.source.SourceTree;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** Finds the models of a source: the driver lists the top level, tasks look below it. */
public final class ModelFinder {
  /** So few directories are looked at where they are found. */
  private static final int FEW = 32;

  private static final int MAX_STRAYS = 1000;
  private static final int SLICE_MODELS = 256;

  private ModelFinder() {}

  private record Found(List<ModelRef> models, List<String> strays) implements Serializable {}

  /**
   * The models of {@code source} in order of name.
   *
   * @param strays receives what belongs to no model, at most 1000
   */
  public static List<ModelRef> find(
      JavaSparkContext sc,
      String uri,
      SourceTree source,
      Broadcast<SerializableConfiguration> conf,
      Consumer<String> strays)
      throws IOException {
    List<String> found = new ArrayList<>();
    List<String> top = source.topDirectories(found::add);
    List<ModelRef> models = new ArrayList<>();
    if (top.size() <= FEW) {
      for (String directory : top) {
        models.addAll(source.models(directory, found::add));
      }
    } else {
      int parts = Math.min(top.size(), sc.defaultParallelism() * 4);
      SourceTree.Layout layout = source.layout();
      for (Found part :
          sc.parallelize(top, parts)
              .mapPartitions(
                  p -> {
                    Configuration hadoop = conf.value().value();
                    SourceTree tree = SourceTree.open(uri, layout, hadoop);
                    List<ModelRef> below = new ArrayList<>();
                    List<String> stray = new ArrayList<>();
                    while (p.hasNext()) {
                      below.addAll(tree.models(p.next(), stray::add));
                    }
                    List<String> few = stray.subList(0, Math.min(stray.size(), MAX_STRAYS));
                    return List.of(new Found(below, List.copyOf(few))).iterator();
                  })
              .collect()) {
        models.addAll(part.models());
        found.addAll(part.strays());
      }
    }
    found.stream().sorted().limit(MAX_STRAYS).forEach(strays);
    models.sort(null);
    return models;
  }

  /** The models in slices of neighbours. */
  public static List<Models> slices(List<ModelRef> models, int parallelism) {
    int count =
        Math.min(models.size(), Math.max(parallelism * 2, (models.size() - 1) / SLICE_MODELS + 1));
    List<Models> slices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int from = (int) ((long) models.size() * i / count);
      int to = (int) ((long) models.size() * (i + 1) / count);
      slices.add(new Models(i, List.copyOf(models.subList(from, to))));
    }
    return slices;
  }
}
