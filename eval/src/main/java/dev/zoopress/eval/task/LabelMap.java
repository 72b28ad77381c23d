package dev.zoopress.eval.task;

import dev.zoopress.eval.model.ModelConfig;
import dev.zoopress.eval.model.UnusableModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which class of GLUE each class of a model is.
 *
 * @param toGlue GLUE's class by the model's
 * @param warning what makes the map doubtful, or empty
 */
public record LabelMap(List<Integer> toGlue, String warning) {
  public LabelMap {
    toGlue = List.copyOf(toGlue);
  }

  /**
   * The map by the names in the model's configuration.
   *
   * @param given names of the model's classes to names of GLUE's, which outrank the configuration;
   *     keys in lower case; may be empty
   * @throws UnusableModelException if the model has another number of classes than the task
   */
  public static LabelMap of(ModelConfig config, TaskKind kind, Map<String, String> given)
      throws UnusableModelException {
    List<String> labels = config.labels();
    List<String> wanted = kind.labels();
    if (labels.size() != wanted.size()) {
      throw new UnusableModelException(
          "the model has " + labels.size() + " labels, " + kind.id() + " has " + wanted.size());
    }
    List<Integer> map = new ArrayList<>();
    for (String label : labels) {
      String name = plain(label);
      map.add(wanted.indexOf(plain(given.getOrDefault(name, label))));
    }
    boolean isPermutation = !map.contains(-1) && map.stream().distinct().count() == map.size();
    if (isPermutation) {
      return new LabelMap(map, "");
    }
    if (!given.isEmpty()) {
      throw new UnusableModelException(
          "the label map does not turn " + labels + " into " + wanted + "; name every class once");
    }
    List<Integer> same = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      same.add(i);
    }
    return new LabelMap(
        same,
        kind.isRegression()
            ? ""
            : "labels "
                + labels
                + " are not named like GLUE's "
                + wanted
                + "; taken in GLUE's order (--label-map says otherwise)");
  }

  private static String plain(String label) {
    return label.strip().toLowerCase(Locale.ROOT).replace(' ', '_').replace('-', '_');
  }
}
