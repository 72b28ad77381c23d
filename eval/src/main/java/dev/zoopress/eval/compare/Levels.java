package dev.zoopress.eval.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** Turns what was gathered into the results of the levels. */
final class Levels {
  private static final int SHOWN = 5;

  private Levels() {}

  static LevelResult files(SortedMap<String, FileDigest> a, SortedMap<String, FileDigest> b) {
    Count count = new Count();
    SortedSet<String> paths = new TreeSet<>(a.keySet());
    paths.addAll(b.keySet());
    for (String path : paths) {
      FileDigest x = a.get(path);
      FileDigest y = b.get(path);
      boolean same =
          x != null && y != null && x.sizeBytes() == y.sizeBytes() && x.sha256().equals(y.sha256());
      count.add(same, path + (x == null ? " (only stored)" : y == null ? " (not stored)" : ""));
    }
    return count.result(Level.L0, "files");
  }

  static LevelResult tensors(
      SortedMap<String, FileDigest> a,
      SortedMap<String, FileDigest> b,
      Map<String, String> buffersA,
      Map<String, String> buffersB) {
    Count count = new Count();
    for (Map.Entry<String, FileDigest> e : a.entrySet()) {
      FileDigest other = b.get(e.getKey());
      for (Map.Entry<String, String> tensor : e.getValue().tensors().entrySet()) {
        String stored = other == null ? null : other.tensors().get(tensor.getKey());
        count.add(tensor.getValue().equals(stored), tensor.getKey());
      }
    }
    SortedSet<String> names = new TreeSet<>(buffersA.keySet());
    names.addAll(buffersB.keySet());
    for (String name : names) {
      boolean same = Objects.equals(buffersA.get(name), buffersB.get(name));
      count.add(same, "buffer of " + name);
    }
    return count.result(Level.L1, "tensors and buffers");
  }

  static List<LevelResult> outputs(List<TaskResult> tasks) {
    Count bits = new Count();
    Count answers = new Count();
    Count metrics = new Count();
    Difference difference = Difference.NONE;
    for (TaskResult task : tasks) {
      difference = difference.and(task.counts().difference());
      for (ExampleOutcome outcome : task.outcomes()) {
        String name = task.kind().id() + " " + (outcome.example().index() + 1);
        bits.add(outcome.sameBits(), name);
        for (int i = 0; i < outcome.answersA().size(); i++) {
          answers.add(
              i < outcome.answersB().size()
                  && outcome.answersA().get(i).equals(outcome.answersB().get(i)),
              name);
        }
      }
      for (Map.Entry<String, Double> e : task.metricsA().entrySet()) {
        metrics.add(
            e.getValue().equals(task.metricsB().get(e.getKey())),
            task.kind().id() + " " + e.getKey());
      }
    }
    String far =
        "absolute "
            + difference.maxAbsolute()
            + ", relative "
            + difference.maxRelative()
            + ", "
            + difference.maxUlps()
            + " ULP";
    LevelResult distance =
        new LevelResult(
            Level.L3, bits.compared, difference.values() == 0 ? 0 : bits.differing, far, List.of());
    return List.of(
        bits.result(Level.L2, "examples"),
        distance,
        answers.result(Level.L4, "answers"),
        metrics.result(Level.L5, "metrics"));
  }

  private static final class Count {
    private final List<String> examples = new ArrayList<>();
    private long compared;
    private long differing;

    void add(boolean same, String name) {
      compared++;
      if (!same) {
        differing++;
        if (examples.size() < SHOWN) {
          examples.add(name);
        }
      }
    }

    LevelResult result(Level level, String things) {
      String detail =
          compared == 0
              ? "nothing to compare"
              : differing == 0
                  ? compared + " " + things + ", all equal"
                  : differing + " of " + compared + " " + things + " differ";
      return new LevelResult(level, compared, differing, detail, examples);
    }
  }
}
