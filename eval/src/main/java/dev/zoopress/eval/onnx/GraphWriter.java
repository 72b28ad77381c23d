package dev.zoopress.eval.onnx;

import dev.zoopress.codec.tensor.DType;
import dev.zoopress.eval.model.TensorEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes an ONNX model node by node. Weights appear by name, type and shape only; 16-bit ones are
 * widened by a Cast, which is exact, before anything is computed. Not thread-safe.
 */
final class GraphWriter {
  private static final int OPSET = 17;
  private static final int IR_VERSION = 8;
  private static final int EXTERNAL = 1;

  private final ProtoWriter nodes = new ProtoWriter();
  private final ProtoWriter initializers = new ProtoWriter();
  private final ProtoWriter inputs = new ProtoWriter();
  private final ProtoWriter outputs = new ProtoWriter();
  private final Map<String, TensorEntry> weights = new LinkedHashMap<>();
  private final Map<String, String> widened = new LinkedHashMap<>();
  private int nodeCount;
  private int constantCount;

  /** An attribute of a node. */
  sealed interface Attribute {
    ProtoWriter write();

    record Int(String name, long value) implements Attribute {
      @Override
      public ProtoWriter write() {
        return new ProtoWriter().text(1, name).number(3, value).number(20, 2);
      }
    }

    record Real(String name, float value) implements Attribute {
      @Override
      public ProtoWriter write() {
        return new ProtoWriter().text(1, name).real(2, value).number(20, 1);
      }
    }

    record Ints(String name, long... value) implements Attribute {
      @Override
      public ProtoWriter write() {
        ProtoWriter out = new ProtoWriter().text(1, name);
        for (long v : value) {
          out.number(8, v);
        }
        return out.number(20, 7);
      }
    }
  }

  /** Adds a node and returns the name of its only output. */
  String op(String kind, List<String> from, Attribute... attributes) {
    String name = kind + "_" + nodeCount++;
    node(kind, from, name, attributes);
    return name;
  }

  private void node(String kind, List<String> from, String output, Attribute... attributes) {
    ProtoWriter node = new ProtoWriter();
    from.forEach(input -> node.text(1, input));
    node.text(2, output).text(3, output).text(4, kind);
    for (Attribute attribute : attributes) {
      node.message(5, attribute.write());
    }
    nodes.message(1, node);
  }

  String constant(float value) {
    byte[] raw = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array();
    return constant(ElementType.FLOAT, new ProtoWriter(), raw);
  }

  /** A scalar. */
  String constant(long value) {
    byte[] raw = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    return constant(ElementType.INT64, new ProtoWriter(), raw);
  }

  /** A vector. */
  String vector(long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      raw.putLong(value);
    }
    return constant(ElementType.INT64, new ProtoWriter().number(1, values.length), raw.array());
  }

  private String constant(ElementType type, ProtoWriter dims, byte[] raw) {
    String name = "constant_" + constantCount++;
    initializers.message(5, dims.number(2, type.onnx()).text(8, name).bytes(9, raw));
    return name;
  }

  /** The weight as F32; its bytes are given to the session under its own name. */
  String weight(TensorEntry entry) {
    String known = widened.get(entry.name());
    if (known != null) {
      return known;
    }
    ElementType type = ElementType.ofWeight(entry.dtype());
    ProtoWriter tensor = new ProtoWriter();
    entry.shape().forEach(dim -> tensor.number(1, dim));
    tensor.number(2, type.onnx()).text(8, entry.name());
    tensor.message(13, new ProtoWriter().text(1, "location").text(2, "given-to-the-session"));
    tensor.message(13, new ProtoWriter().text(1, "offset").text(2, "0"));
    tensor.message(
        13, new ProtoWriter().text(1, "length").text(2, Long.toString(entry.lengthBytes())));
    initializers.message(5, tensor.number(14, EXTERNAL));
    weights.put(entry.name(), entry);
    String name =
        entry.dtype() == DType.F32
            ? entry.name()
            : op("Cast", List.of(entry.name()), new Attribute.Int("to", ElementType.FLOAT.onnx()));
    widened.put(entry.name(), name);
    return name;
  }

  void input(String name, Object... shape) {
    inputs.message(11, value(name, ElementType.INT64, shape));
  }

  /** Names the value {@code from} as an output of the model. */
  void output(String name, String from, Object... shape) {
    node("Identity", List.of(from), name);
    outputs.message(12, value(name, ElementType.FLOAT, shape));
  }

  private static ProtoWriter value(String name, ElementType type, Object... shape) {
    ProtoWriter dims = new ProtoWriter();
    for (Object dim : shape) {
      ProtoWriter written = new ProtoWriter();
      if (dim instanceof Integer size) {
        written.number(1, size);
      } else {
        written.text(2, (String) dim);
      }
      dims.message(1, written);
    }
    ProtoWriter tensor = new ProtoWriter().number(1, type.onnx()).message(2, dims);
    return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
  }

  /** The model without its weights. */
  byte[] model(String graphName) {
    ProtoWriter graph = new ProtoWriter();
    ProtoWriter head = new ProtoWriter().text(2, graphName);
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    all.writeBytes(nodes.toByteArray());
    all.writeBytes(head.toByteArray());
    all.writeBytes(initializers.toByteArray());
    all.writeBytes(inputs.toByteArray());
    all.writeBytes(outputs.toByteArray());
    return graph
        .number(1, IR_VERSION)
        .text(2, "zoopress")
        .bytes(7, all.toByteArray())
        .message(8, new ProtoWriter().text(1, "").number(2, OPSET))
        .toByteArray();
  }

  /** The weights that the graph refers to, in the order of their first use. */
  Map<String, TensorEntry> weights() {
    return weights;
  }
}
