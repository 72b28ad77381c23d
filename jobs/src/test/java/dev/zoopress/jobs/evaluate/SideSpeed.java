package dev.zoopress.jobs.evaluate;

import dev.zoopress.eval.compare.FolderOpener;
import dev.zoopress.eval.compare.Side;
import dev.zoopress.eval.compare.SideSpec;
import dev.zoopress.eval.model.Head;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.onnx.EncoderSession;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.onnx.TokenBatch;
import dev.zoopress.eval.task.AnswerReader;
import dev.zoopress.eval.task.Example;
import dev.zoopress.eval.task.Prepared;
import dev.zoopress.eval.task.Preparer;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.jobs.restore.Layout;
import dev.zoopress.jobs.restore.OpenStore;
import dev.zoopress.jobs.restore.Selection;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * One side alone, for {@code src/test/scripts/eval_speed.py}: classifies texts and prints seconds
 * to the first answer, examples a second, peak memory and the chosen classes.
 *
 * <p>Arguments: {@code file FOLDER} or {@code store STORE MODEL}, then the file of texts, threads,
 * batch and passes; or {@code graph FOLDER OUT}.
 */
final class SideSpeed {
  private SideSpeed() {}

  public static void main(String[] args) throws IOException {
    int next = args[0].equals("store") ? 3 : 2;
    SideSpec spec =
        args[0].equals("store")
            ? stored(args[1], args[2])
            : SideSpec.of(FolderOpener.class, args[1]);
    try (ModelFiles files = spec.open()) {
      if (args[0].equals("graph")) {
        Files.write(Path.of(args[2]), EncoderSession.graph(files, Head.CLASSIFICATION));
        return;
      }
      int threads = Integer.parseInt(args[next + 1]);
      try (Side side = Side.open(files, Head.CLASSIFICATION, new SessionSettings(threads))) {
        run(
            side,
            Files.readAllLines(Path.of(args[next])),
            Integer.parseInt(args[next + 2]),
            Integer.parseInt(args[next + 3]));
      }
    }
  }

  private static SideSpec stored(String store, String model) throws IOException {
    try (OpenStore open = new OpenStore(store, new Configuration())) {
      var revision =
          Selection.of(open.repository(), List.of(model), Layout.PLAIN).revisions().get(0);
      return SideSpec.of(
          StoredOpener.class, Place.write(new Place.Stored(store, revision, Map.of())));
    }
  }

  private static void run(Side side, List<String> texts, int batch, int passes) throws IOException {
    long begun = ManagementFactory.getRuntimeMXBean().getStartTime();
    classify(side, texts.subList(0, 1), batch);
    double first = (System.currentTimeMillis() - begun) / 1e3;
    classify(side, texts, batch);
    List<Integer> classes = List.of();
    double best = Double.MAX_VALUE;
    for (int pass = 0; pass < passes; pass++) {
      long start = System.nanoTime();
      classes = classify(side, texts, batch);
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    String peak =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmHWM"))
            .findFirst()
            .orElse("")
            .replaceAll("[^0-9]", "");
    System.out.printf(
        java.util.Locale.ROOT,
        "{\"first\": %.3f, \"rate\": %.2f, \"peakKiB\": %s, \"classes\": %s}%n",
        first,
        texts.size() / best,
        peak,
        classes);
  }

  private static List<Integer> classify(Side side, List<String> texts, int batch)
      throws IOException {
    Preparer preparer = new Preparer(side.tokenizer(), TaskKind.COLA);
    List<Prepared> prepared = new ArrayList<>();
    for (String text : texts) {
      prepared.add(preparer.prepare(new Example(prepared.size(), text, "", 0, TaskKind.COLA)));
    }
    prepared.sort(Comparator.comparingInt(p -> p.ids().length));
    Integer[] classes = new Integer[texts.size()];
    for (int from = 0; from < prepared.size(); from += batch) {
      List<Prepared> part = prepared.subList(from, Math.min(prepared.size(), from + batch));
      TokenBatch tokens =
          TokenBatch.of(
              part.stream().map(p -> p.inputs().get(0)).toList(),
              part.stream().map(p -> p.types().get(0)).toList(),
              List.of(),
              side.session().config().padTokenId());
      ByteBuffer logits = side.session().run(tokens).get("logits");
      FloatBuffer values = logits.order(ByteOrder.nativeOrder()).asFloatBuffer();
      int width = values.remaining() / part.size();
      for (int i = 0; i < part.size(); i++) {
        classes[part.get(i).example().index()] =
            AnswerReader.classify(values.slice(i * width, width)).ids().get(0);
      }
    }
    return List.of(classes);
  }
}
