package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import java.io.IOException;

/**
 * Walks an ONNX model's messages and shows every tensor in them: initializers, constants in node
 * attributes, sparse tensors, also inside subgraphs, functions and training graphs. Only tags and
 * names are read, values are stepped over, so memory does not depend on the file's size.
 */
final class OnnxWalker {
  /** What is done with a tensor. */
  interface Visitor {
    void visit(OnnxTensor tensor) throws IOException;
  }

  /** Protobuf implementations stop here as well. */
  private static final int MAX_DEPTH = 100;

  private static final int MODEL_GRAPH = 7;

  /** Messages that can lead to tensors. */
  private enum Kind {
    MODEL,
    TRAINING,
    FUNCTION,
    GRAPH,
    NODE,
    ATTRIBUTE,
    SPARSE_TENSOR,
    TENSOR;

    /** What field {@code number} of this message holds, null where no tensor can be below it. */
    Kind child(int number) {
      return switch (this) {
        case MODEL ->
            switch (number) {
              case MODEL_GRAPH -> GRAPH;
              case 20 -> TRAINING;
              case 25 -> FUNCTION;
              default -> null;
            };
        case TRAINING -> number == 1 || number == 2 ? GRAPH : null;
        case FUNCTION ->
            switch (number) {
              case 7 -> NODE;
              case 11 -> ATTRIBUTE;
              default -> null;
            };
        case GRAPH ->
            switch (number) {
              case 1 -> NODE;
              case 5 -> TENSOR;
              case 15 -> SPARSE_TENSOR;
              default -> null;
            };
        case NODE -> number == 5 ? ATTRIBUTE : null;
        case ATTRIBUTE ->
            switch (number) {
              case 5, 10 -> TENSOR;
              case 6, 11 -> GRAPH;
              case 22, 23 -> SPARSE_TENSOR;
              default -> null;
            };
        case SPARSE_TENSOR -> number == 1 || number == 2 ? TENSOR : null;
        case TENSOR -> null;
      };
    }
  }

  private final ProtoCursor proto;
  private final Visitor visitor;
  private boolean sawGraph;

  private OnnxWalker(ProtoCursor proto, Visitor visitor) {
    this.proto = proto;
    this.visitor = visitor;
  }

  /**
   * Shows every tensor of {@code source} in file order.
   *
   * @throws dev.zoopress.codec.MalformedInputException if the bytes are no protobuf or hold no
   *     graph
   */
  static void walk(ByteSource source, Visitor visitor) throws IOException {
    OnnxWalker walker = new OnnxWalker(new ProtoCursor(source), visitor);
    walker.walk(Kind.MODEL, source.size(), 0);
    if (!walker.sawGraph) {
      throw walker.proto.malformed("the model has no graph");
    }
  }

  private void walk(Kind kind, long end, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw proto.malformed("messages nest deeper than " + MAX_DEPTH);
    }
    if (kind == Kind.TENSOR) {
      visitor.visit(OnnxTensor.read(proto, end));
      return;
    }
    while (proto.nextField(end)) {
      Kind child = proto.wireType() == ProtoCursor.BYTES ? kind.child(proto.field()) : null;
      if (child == null) {
        proto.skipValue(end);
        continue;
      }
      sawGraph |= kind == Kind.MODEL && child == Kind.GRAPH;
      int length = proto.length(end);
      walk(child, proto.position() + length, depth + 1);
    }
  }
}
