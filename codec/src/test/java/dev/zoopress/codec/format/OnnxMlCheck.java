package dev.zoopress.codec.format;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Compares our cut of an ONNX file with what protobuf's own reader finds in it. */
final class OnnxMlCheck {
  private OnnxMlCheck() {}

  /**
   * Every tensor with raw data must be one segment of the same name, shape and bytes, and no other.
   */
  static void compare(OnnxMl.ModelProto model, ByteSource source) throws IOException {
    List<OnnxMl.TensorProto> expected = new ArrayList<>();
    graph(model.getGraph(), expected);
    List<String> want = new ArrayList<>();
    for (OnnxMl.TensorProto tensor : expected) {
      if (!tensor.getRawData().isEmpty()) {
        want.add(describe(tensor.getName(), tensor.getDimsList(), tensor.getRawData()));
      }
    }
    List<String> got = new ArrayList<>();
    for (Segment segment : FileFormats.parse("m.onnx", source).segments()) {
      if (segment.dtype() != DType.OPAQUE) {
        byte[] bytes = new byte[(int) segment.lengthBytes()];
        source.readFully(segment.offsetBytes(), bytes, 0, bytes.length);
        got.add(describe(segment.name(), segment.shape(), ByteString.copyFrom(bytes)));
      }
    }
    assertThat(got).as(source.name()).containsExactlyInAnyOrderElementsOf(want);
  }

  private static String describe(String name, List<Long> shape, ByteString bytes) {
    String dims = shape.stream().map(String::valueOf).collect(Collectors.joining(","));
    return name + " [" + dims + "] " + bytes.size() + " bytes, hash " + bytes.hashCode();
  }

  private static void graph(OnnxMl.GraphProto graph, List<OnnxMl.TensorProto> found) {
    found.addAll(graph.getInitializerList());
    for (OnnxMl.SparseTensorProto sparse : graph.getSparseInitializerList()) {
      found.add(sparse.getValues());
      found.add(sparse.getIndices());
    }
    for (OnnxMl.NodeProto node : graph.getNodeList()) {
      for (OnnxMl.AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasT()) {
          found.add(attribute.getT());
        }
        found.addAll(attribute.getTensorsList());
        if (attribute.hasG()) {
          graph(attribute.getG(), found);
        }
        attribute.getGraphsList().forEach(inner -> graph(inner, found));
      }
    }
  }
}
