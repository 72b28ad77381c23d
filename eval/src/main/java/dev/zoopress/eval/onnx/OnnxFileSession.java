package dev.zoopress.eval.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.model.UnusableModelException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * An ONNX file run as it is. Inputs are made up from the declared types and shapes: the same seed
 * gives the same inputs.
 */
public final class OnnxFileSession implements Closeable {
  private static final int MAX_INPUT_ELEMENTS = 64 << 20;
  private static final int OPEN_DIMENSION = 16;

  /**
   * Integers are made up below these bounds: the first that the model takes, for its embedding
   * tables may be small.
   */
  private static final int[] BOUNDS = {100, 20, 4, 2, 1};

  private final GraphFacts facts;
  private final OrtSession session;
  private final String sha256;
  private int bound;

  private OnnxFileSession(GraphFacts facts, OrtSession session, String sha256) {
    this.facts = facts;
    this.session = session;
    this.sha256 = sha256;
  }

  /**
   * Opens the file at {@code path}.
   *
   * @throws UnusableModelException if it keeps weights in other files or the runtime refuses it
   */
  public static OnnxFileSession open(ModelFiles files, String path, SessionSettings settings)
      throws IOException {
    byte[] model = files.read(path, Integer.MAX_VALUE - 8);
    String name = files.origin() + " " + path;
    GraphFacts facts = GraphFacts.read(name, model);
    if (!facts.external().isEmpty()) {
      throw new UnusableModelException(
          name
              + ": weights in other files ("
              + facts.externalFiles()
              + ") are not run, only compared");
    }
    try (SessionOptions options = settings.options()) {
      // Images make activations of gigabytes: they go back after each run, not with the session.
      options.setCPUArenaAllocator(false);
      options.setMemoryPatternOptimization(false);
      OrtSession session = OrtEnvironment.getEnvironment().createSession(model, options);
      return new OnnxFileSession(facts, session, Digests.sha256Hex(model));
    } catch (OrtException e) {
      throw new UnusableModelException(name + ": " + e.getMessage(), e);
    }
  }

  /** SHA-256 of the buffer handed to the runtime. */
  public String sha256() {
    return sha256;
  }

  /** Initializers that no node reads: they rest on the digests alone. */
  public int unreadInitializers() {
    return facts.unread().size();
  }

  public int initializers() {
    return facts.inline().size();
  }

  /** Bits of every output by name, native byte order. */
  public Map<String, ByteBuffer> run(long seed) throws IOException {
    for (int next = bound; ; next++) {
      try {
        Map<String, ByteBuffer> outputs = run(seed, BOUNDS[next]);
        bound = next;
        return outputs;
      } catch (UnusableModelException e) {
        if (next == BOUNDS.length - 1) {
          throw e;
        }
      }
    }
  }

  /** What made-up integers stay below, known after the first run. */
  public int bound() {
    return BOUNDS[bound];
  }

  private Map<String, ByteBuffer> run(long seed, int tokenIds) throws IOException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      for (GraphFacts.Input input : facts.inputs().values()) {
        inputs.put(
            input.name(), madeUp(input, tokenIds, new Random(seed ^ input.name().hashCode())));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        Map<String, ByteBuffer> outputs = new TreeMap<>();
        for (Map.Entry<String, OnnxValue> e : result) {
          if (e.getValue() instanceof OnnxTensor tensor) {
            outputs.put(e.getKey(), tensor.getByteBuffer());
          }
        }
        return outputs;
      }
    } catch (OrtException e) {
      throw new UnusableModelException(
          "inputs made up from the declared shapes: " + e.getMessage(), e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  /** Whether that output is F32, so that distances can be told. */
  public boolean isFloat(String output) throws IOException {
    try {
      return session.getOutputInfo().get(output).getInfo() instanceof TensorInfo info
          && info.type == OnnxJavaType.FLOAT;
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  private static OnnxTensor madeUp(GraphFacts.Input input, int tokenIds, Random random)
      throws OrtException, UnusableModelException {
    long[] shape = new long[input.shape().size()];
    long elements = 1;
    for (int i = 0; i < shape.length; i++) {
      long declared = input.shape().get(i);
      shape[i] = declared > 0 ? declared : i == 0 ? 1 : OPEN_DIMENSION;
      elements = Math.min(elements * Math.min(shape[i], 1L << 31), 1L << 31);
    }
    if (elements > MAX_INPUT_ELEMENTS) {
      throw new UnusableModelException("input " + input.name() + " has too many elements");
    }
    String name = input.name().toLowerCase(Locale.ROOT);
    int most = name.contains("mask") ? -1 : name.contains("type") ? 1 : tokenIds;
    OnnxJavaType type =
        switch (input.elementType()) {
          case 1 -> OnnxJavaType.FLOAT;
          case 2 -> OnnxJavaType.UINT8;
          case 3 -> OnnxJavaType.INT8;
          case 6 -> OnnxJavaType.INT32;
          case 7 -> OnnxJavaType.INT64;
          case 9 -> OnnxJavaType.BOOL;
          case 10 -> OnnxJavaType.FLOAT16;
          case 11 -> OnnxJavaType.DOUBLE;
          default ->
              throw new UnusableModelException(
                  "input " + input.name() + " has the element type " + input.elementType());
        };
    ByteBuffer bytes =
        ByteBuffer.allocateDirect((int) elements * type.size).order(ByteOrder.nativeOrder());
    for (int i = 0; i < elements; i++) {
      int number = most < 0 ? 1 : random.nextInt(most);
      switch (type) {
        case FLOAT -> bytes.putFloat(random.nextFloat());
        case DOUBLE -> bytes.putDouble(random.nextDouble());
        // 0x3c00 is 1.0; smaller bits are smaller values.
        case FLOAT16 -> bytes.putShort((short) random.nextInt(0x3c00));
        case INT64 -> bytes.putLong(number);
        case INT32 -> bytes.putInt(number);
        case BOOL -> bytes.put((byte) (number & 1));
        default -> bytes.put((byte) number);
      }
    }
    bytes.flip();
    return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), bytes, shape, type);
  }

  @Override
  public void close() throws IOException {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime: " + e.getMessage(), e);
    } finally {
      NativeMemory.trim();
    }
  }
}
