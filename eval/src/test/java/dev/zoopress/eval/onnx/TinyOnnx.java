package dev.zoopress.eval.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Small ONNX models, written field by field. */
public final class TinyOnnx {
  private TinyOnnx() {}

  private static ProtoWriter value(String name) {
    ProtoWriter dims = new ProtoWriter().message(1, new ProtoWriter().number(1, 4));
    ProtoWriter tensor = new ProtoWriter().number(1, 1).message(2, dims);
    return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
  }

  private static ProtoWriter weight(String name) {
    ByteBuffer raw = ByteBuffer.allocate(2048).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 512; i++) {
      raw.putFloat(i / 7f);
    }
    return new ProtoWriter().number(1, 512).number(2, 1).text(8, name).bytes(9, raw.array());
  }

  private static byte[] model(ProtoWriter graph) {
    return new ProtoWriter()
        .number(1, 8)
        .bytes(7, graph.toByteArray())
        .message(8, new ProtoWriter().text(1, "").number(2, 17))
        .toByteArray();
  }

  /** Adds fresh noise to its input: no run repeats another. */
  public static byte[] noise() {
    ProtoWriter random =
        new ProtoWriter()
            .text(2, "noise")
            .text(4, "RandomNormal")
            .message(5, new ProtoWriter().text(1, "dtype").number(3, 1).number(20, 2))
            .message(5, new ProtoWriter().text(1, "shape").number(8, 4).number(20, 7));
    ProtoWriter add = new ProtoWriter().text(1, "x").text(1, "noise").text(2, "y").text(4, "Add");
    return model(
        new ProtoWriter()
            .message(1, random)
            .message(1, add)
            .text(2, "g")
            .message(5, weight("idle"))
            .message(11, value("x"))
            .message(12, value("y")));
  }

  /** Computes {@code y = x + x}; holds {@code w} inside itself, which no node reads. */
  static byte[] shadowing() {
    ProtoWriter add = new ProtoWriter().text(1, "x").text(1, "x").text(2, "y").text(4, "Add");
    return model(
        new ProtoWriter()
            .message(1, add)
            .text(2, "g")
            .message(5, weight("w"))
            .message(11, value("x"))
            .message(12, value("y")));
  }

  /** Refers to {@code w} outside itself, which no node reads. */
  static byte[] idle() {
    ProtoWriter add = new ProtoWriter().text(1, "x").text(1, "x").text(2, "y").text(4, "Add");
    ProtoWriter place = new ProtoWriter().text(1, "location").text(2, "elsewhere");
    ProtoWriter outside =
        new ProtoWriter().number(1, 512).number(2, 1).text(8, "w").message(13, place).number(14, 1);
    return model(
        new ProtoWriter()
            .message(1, add)
            .text(2, "g")
            .message(5, outside)
            .message(11, value("x"))
            .message(12, value("y")));
  }
}
