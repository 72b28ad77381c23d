package dev.zoopress.eval.compare;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.format.FileFormats;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.onnx.OnnxFileSession;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.task.Example;
import dev.zoopress.eval.task.TaskKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** The ONNX files of a model on made-up inputs, original, stored, original. */
final class OnnxFileRun {
  /** Inputs per file where outputs are compared; controls make do with the first. */
  static final int INPUTS = 2;

  private final ModelFiles a;
  private final ModelFiles b;
  private final SessionSettings settings;
  private final SortedMap<String, String> modelsA = new TreeMap<>();
  private final SortedMap<String, String> modelsB = new TreeMap<>();
  private final Map<String, String> facts = new LinkedHashMap<>();

  OnnxFileRun(ModelFiles a, ModelFiles b, SessionSettings settings) {
    this.a = a;
    this.b = b;
    this.settings = settings;
  }

  SortedMap<String, String> modelsA() {
    return modelsA;
  }

  SortedMap<String, String> modelsB() {
    return modelsB;
  }

  Map<String, String> facts() {
    return facts;
  }

  private List<String> paths() {
    return a.sizes().keySet().stream().filter(p -> p.endsWith(".onnx")).toList();
  }

  /** Runs every file on its first {@code inputs} inputs. */
  ShardResult run(int inputs) throws IOException {
    List<ExampleOutcome> outcomes = new ArrayList<>();
    double secondsA = 0;
    double secondsB = 0;
    for (String path : paths()) {
      try (OnnxFileSession x = OnnxFileSession.open(a, path, settings);
          OnnxFileSession y = OnnxFileSession.open(b, path, settings)) {
        modelsA.put(path, x.sha256());
        modelsB.put(path, y.sha256());
        facts.put(
            path,
            x.initializers() + " initializers, " + x.unreadInitializers() + " read by no node");
        for (int i = 0; i < inputs; i++) {
          long start = System.nanoTime();
          Map<String, ByteBuffer> first = x.run(i);
          long middle = System.nanoTime();
          Map<String, ByteBuffer> stored = y.run(i);
          secondsB += (System.nanoTime() - middle) / 1e9;
          secondsA += (middle - start) / 1e9;
          outcomes.add(outcome(outcomes.size(), path, i, x, y, first, stored, x.run(i)));
        }
      }
    }
    return new ShardResult(outcomes, List.of(), new Touched(), secondsA, secondsB);
  }

  private static ExampleOutcome outcome(
      int index,
      String path,
      int seed,
      OnnxFileSession session,
      OnnxFileSession other,
      Map<String, ByteBuffer> first,
      Map<String, ByteBuffer> stored,
      Map<String, ByteBuffer> again)
      throws IOException {
    Difference difference = Difference.NONE;
    long nonFinite = 0;
    for (Map.Entry<String, ByteBuffer> e : first.entrySet()) {
      ByteBuffer bytesB = stored.get(e.getKey());
      if (session.isFloat(e.getKey())) {
        FloatBuffer values = floats(e.getValue());
        for (int i = 0; i < values.remaining(); i++) {
          nonFinite += Float.isFinite(values.get(i)) ? 0 : 1;
        }
        if (!e.getValue().equals(bytesB)) {
          difference = difference.and(Difference.of(values, floats(bytesB)));
        }
      } else if (!e.getValue().equals(bytesB)) {
        difference = Difference.SHAPES;
      }
    }
    String inputs = "seed " + seed + ", integers below " + session.bound();
    String inputsB = "seed " + seed + ", integers below " + other.bound();
    Example example =
        new Example(index, path + ", inputs of " + inputs, "", Double.NaN, TaskKind.ONNX);
    return new ExampleOutcome(
        example,
        inputs,
        inputsB,
        digest(first),
        digest(stored),
        digest(again),
        0,
        false,
        nonFinite,
        difference,
        List.of(),
        List.of());
  }

  private static FloatBuffer floats(ByteBuffer bytes) {
    return bytes.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private static String digest(Map<String, ByteBuffer> outputs) {
    MessageDigest digest = Digests.sha256();
    outputs.values().forEach(bytes -> Digests.update(digest, bytes));
    return Digests.hex(digest);
  }

  /** One flip of a random bit of a random weight: the bytes must show it, the outputs may. */
  List<NegativeControl> controls(long seed) throws IOException {
    List<NegativeControl> controls = new ArrayList<>();
    Random random = new Random(seed);
    for (String path : paths()) {
      List<Segment> weights;
      try (ByteSource source = b.open(path)) {
        weights =
            FileFormats.parse(path, source).segments().stream()
                .filter(s -> s.dtype() != DType.OPAQUE && s.lengthBytes() > 1024)
                .toList();
      }
      if (weights.isEmpty()) {
        continue;
      }
      Segment weight = weights.get(random.nextInt(weights.size()));
      long at = weight.offsetBytes() + random.nextLong(weight.lengthBytes());
      FlippedFiles flipped = new FlippedFiles(b, path, at, 6);
      FileDigest before = ModelDigests.of(b, path);
      FileDigest after = ModelDigests.of(flipped, path);
      boolean caughtL2;
      try (OnnxFileSession x = OnnxFileSession.open(a, path, settings);
          OnnxFileSession y = OnnxFileSession.open(flipped, path, settings)) {
        caughtL2 = !digest(x.run(0)).equals(digest(y.run(0)));
      }
      controls.add(
          new NegativeControl(
              weight.name(),
              (at - weight.offsetBytes()) * 8 / weight.dtype().bits(),
              "bit 6 of a byte",
              !before.sha256().equals(after.sha256()),
              !before.tensors().equals(after.tensors()),
              caughtL2,
              false));
    }
    return controls;
  }
}
