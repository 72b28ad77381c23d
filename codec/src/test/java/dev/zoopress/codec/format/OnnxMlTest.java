package dev.zoopress.codec.format;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random models written by protobuf's own writer are cut as protobuf's own reader sees them. */
final class OnnxMlTest {
  private static final int[] TYPES = {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16};
  private static final int[] WIDTHS = {4, 1, 1, 2, 2, 4, 8, 1, 2, 8, 4, 8, 8, 16, 2};

  @Test
  void randomModels() throws IOException {
    long seed = Long.getLong("zoopress.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      OnnxMl.ModelProto model =
          OnnxMl.ModelProto.newBuilder()
              .setIrVersion(8)
              .setProducerName("p")
              .setGraph(graph(random, 0))
              .build();
      OnnxMlCheck.compare(model, new MemorySource(model.toByteArray()));
    }
  }

  @Test
  void handWrittenModelIsValidProtobuf() throws IOException {
    byte[] bytes = OnnxParserTest.model();
    OnnxMl.ModelProto model = OnnxMl.ModelProto.parseFrom(bytes);
    assertThat(model.getGraph().getInitializerCount()).isEqualTo(3);
    OnnxMlCheck.compare(model, new MemorySource(bytes));
  }

  private static OnnxMl.GraphProto graph(Random random, int depth) {
    OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("g" + depth);
    for (int i = random.nextInt(5); i > 0; i--) {
      graph.addInitializer(tensor(random));
    }
    if (random.nextInt(4) == 0) {
      graph.addSparseInitializer(
          OnnxMl.SparseTensorProto.newBuilder()
              .setValues(tensor(random))
              .setIndices(tensor(random)));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      OnnxMl.AttributeProto.Builder attribute =
          OnnxMl.AttributeProto.newBuilder().setName("a").addFloats(1).setS(ByteString.EMPTY);
      if (random.nextBoolean()) {
        attribute.setT(tensor(random)).addTensors(tensor(random));
      }
      if (depth < 3 && random.nextInt(3) == 0) {
        attribute.setG(graph(random, depth + 1)).addGraphs(graph(random, depth + 1));
      }
      graph.addNode(
          OnnxMl.NodeProto.newBuilder().setOpType("X").addInput("i").addAttribute(attribute));
    }
    return graph.build();
  }

  private static OnnxMl.TensorProto tensor(Random random) {
    int type = random.nextInt(TYPES.length);
    OnnxMl.TensorProto.Builder tensor =
        OnnxMl.TensorProto.newBuilder()
            .setName(random.nextInt(9) == 0 ? "" : "töns" + random.nextInt(1000))
            .setDataType(TYPES[type]);
    int elements = 1;
    for (int i = random.nextInt(4); i > 0; i--) {
      int dimension = random.nextInt(6);
      tensor.addDims(dimension);
      elements *= dimension;
    }
    if (random.nextInt(5) == 0) {
      return tensor.addFloatData(1f).build();
    }
    byte[] raw = new byte[elements * WIDTHS[type]];
    random.nextBytes(raw);
    return tensor.setRawData(ByteString.copyFrom(raw)).build();
  }
}
