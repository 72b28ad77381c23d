package dev.zoopress.eval.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.zoopress.eval.model.Head;
import dev.zoopress.eval.model.LoadedTensor;
import dev.zoopress.eval.model.ModelConfig;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.model.TensorDirectory;
import dev.zoopress.eval.model.TensorEntry;
import dev.zoopress.eval.model.TensorLoader;
import dev.zoopress.eval.model.UnusableModelException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model with one head, ready to run: its graph built from {@code config.json}, its weights given
 * to ONNX Runtime straight from the bytes of its files. Safe for use by several threads.
 */
public final class EncoderSession implements Closeable {
  private final ModelConfig config;
  private final Head head;
  private final List<LoadedTensor> weights;
  private final Set<String> unused;
  private final List<OnnxTensor> given;
  private final OrtSession session;

  private EncoderSession(
      ModelConfig config,
      Head head,
      List<LoadedTensor> weights,
      Set<String> unused,
      List<OnnxTensor> given,
      OrtSession session) {
    this.config = config;
    this.head = head;
    this.weights = weights;
    this.unused = unused;
    this.given = given;
    this.session = session;
  }

  /**
   * Builds the graph, loads the weights, starts the runtime.
   *
   * @throws UnusableModelException if the model has no such head, or its files do not fit together
   */
  public static EncoderSession open(ModelFiles files, Head head, SessionSettings settings)
      throws IOException {
    ModelConfig config = ModelConfig.of(files);
    SortedMap<String, TensorEntry> tensors = TensorDirectory.of(files).tensors();
    EncoderGraph graph = EncoderGraph.of(files.origin(), config, head, tensors);
    GraphFacts facts = GraphFacts.read(files.origin() + " graph", graph.model());
    requireSound(files.origin(), graph, facts);
    List<LoadedTensor> weights = TensorLoader.load(files, graph.weights().values());
    List<OnnxTensor> given = new ArrayList<>();
    try (SessionOptions options = settings.options()) {
      Map<String, OnnxTensorLike> named = new HashMap<>();
      for (LoadedTensor weight : weights) {
        OnnxTensor tensor = tensor(weight);
        given.add(tensor);
        named.put(weight.entry().name(), tensor);
      }
      options.addExternalInitializers(named);
      OrtSession session = OrtEnvironment.getEnvironment().createSession(graph.model(), options);
      return new EncoderSession(config, head, weights, graph.unused(), given, session);
    } catch (OrtException e) {
      release(given, weights);
      throw new UnusableModelException(files.origin() + ": " + e.getMessage(), e);
    }
  }

  private static void release(List<OnnxTensor> given, List<LoadedTensor> weights) {
    given.forEach(OnnxTensor::close);
    weights.forEach(weight -> NativeMemory.free(weight.bytes()));
    weights.clear();
    NativeMemory.trim();
  }

  /** The graph that {@link #open} would run, without its weights, for other runtimes. */
  public static byte[] graph(ModelFiles files, Head head) throws IOException {
    return EncoderGraph.of(
            files.origin(), ModelConfig.of(files), head, TensorDirectory.of(files).tensors())
        .model();
  }

  /** No weight may lie in the graph itself, and each must be read by a node. */
  static void requireSound(String origin, EncoderGraph graph, GraphFacts facts)
      throws UnusableModelException {
    for (String name : graph.weights().keySet()) {
      if (!facts.external().contains(name) || facts.inline().containsKey(name)) {
        throw new UnusableModelException(
            origin + ": weight " + name + " would be shadowed by bytes inside the graph");
      }
      if (!facts.consumed().contains(name)) {
        throw new UnusableModelException(origin + ": no node reads weight " + name);
      }
    }
  }

  private static OnnxTensor tensor(LoadedTensor weight) throws OrtException {
    long[] shape = weight.entry().shape().stream().mapToLong(Long::longValue).toArray();
    return OnnxTensor.createTensor(
        OrtEnvironment.getEnvironment(),
        weight.bytes(),
        shape,
        ElementType.ofWeight(weight.entry().dtype()).java());
  }

  /**
   * Runs one batch.
   *
   * @return outputs by name, each F32 in native byte order, as the runtime left them
   */
  public Map<String, ByteBuffer> run(TokenBatch batch) throws IOException {
    OrtEnvironment env = OrtEnvironment.getEnvironment();
    long[] shape = {batch.count(), batch.length()};
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      inputs.put("input_ids", OnnxTensor.createTensor(env, LongBuffer.wrap(batch.ids()), shape));
      inputs.put(
          "attention_mask", OnnxTensor.createTensor(env, LongBuffer.wrap(batch.mask()), shape));
      if (config.tokenTypes() > 1) {
        inputs.put(
            "token_type_ids", OnnxTensor.createTensor(env, LongBuffer.wrap(batch.types()), shape));
      }
      if (head != Head.CLASSIFICATION) {
        long[] rows = {batch.rows().length};
        inputs.put("rows", OnnxTensor.createTensor(env, LongBuffer.wrap(batch.rows()), rows));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        Map<String, ByteBuffer> outputs = new TreeMap<>();
        for (Map.Entry<String, OnnxValue> e : result) {
          outputs.put(e.getKey(), ((OnnxTensor) e.getValue()).getByteBuffer());
        }
        return outputs;
      }
    } catch (OrtException e) {
      throw new UnusableModelException("ONNX Runtime: " + e.getMessage(), e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  public ModelConfig config() {
    return config;
  }

  public Head head() {
    return head;
  }

  /** The weights as they were handed to the runtime; none once the session is closed. */
  public List<LoadedTensor> weights() {
    return Collections.unmodifiableList(weights);
  }

  /** Tensors of the files that this head does not compute with. */
  public Set<String> unused() {
    return unused;
  }

  @Override
  public void close() throws IOException {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime: " + e.getMessage(), e);
    } finally {
      release(given, weights);
    }
  }
}
