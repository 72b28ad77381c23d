package dev.zoopress.eval.onnx;

import dev.zoopress.eval.model.Head;
import dev.zoopress.eval.model.ModelConfig;
import dev.zoopress.eval.model.ModelConfig.Family;
import dev.zoopress.eval.model.TensorEntry;
import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.eval.onnx.GraphWriter.Attribute;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The graph of a RoBERTa or BERT encoder and its head.
 *
 * <p>Inputs, all INT64: {@code input_ids}, {@code attention_mask} and, for several token types,
 * {@code token_type_ids}, each {@code [batch, sequence]}; for token-wise heads {@code rows}, the
 * positions in {@code batch x sequence} to answer for. Outputs, F32: {@code logits}, or {@code
 * hidden} and, where the weights have a pooler, {@code pooled}.
 *
 * @param model the ONNX model without weights
 * @param weights what the graph refers to, in the order of first use
 * @param unused tensors of the file that this graph does not compute with
 */
record EncoderGraph(byte[] model, Map<String, TensorEntry> weights, Set<String> unused) {

  /**
   * Builds the graph.
   *
   * @throws UnusableModelException if a tensor is missing, has another shape than {@code config}
   *     says, or has no place in the graph
   */
  static EncoderGraph of(
      String origin, ModelConfig config, Head head, Map<String, TensorEntry> tensors)
      throws UnusableModelException {
    WeightNames names = new WeightNames(origin, tensors);
    GraphWriter graph = new GraphWriter();
    new Builder(graph, names, config).build(head);
    Set<String> unused = names.unused();
    return new EncoderGraph(graph.model("encoder"), graph.weights(), unused);
  }

  private static final class Builder {
    private final GraphWriter g;
    private final WeightNames names;
    private final ModelConfig config;
    private final int width;

    Builder(GraphWriter g, WeightNames names, ModelConfig config) {
      this.g = g;
      this.names = names;
      this.config = config;
      this.width = config.hiddenSize();
    }

    void build(Head head) throws UnusableModelException {
      g.input("input_ids", "batch", "sequence");
      g.input("attention_mask", "batch", "sequence");
      if (config.tokenTypes() > 1) {
        g.input("token_type_ids", "batch", "sequence");
      }
      String shape = g.op("Shape", List.of("input_ids"));
      String split = splitShape(shape);
      String bias = attentionBias();
      String x = embeddings();
      for (int layer = 0; layer < config.layers(); layer++) {
        x = layer(x, bias, split, "encoder.layer." + layer + ".");
      }
      switch (head) {
        case MASKED_LM -> maskedLm(rows(x));
        case CLASSIFICATION -> classification(first(x, shape));
        case FEATURES -> features(x, shape);
      }
    }

    /** {@code [batch, sequence, heads, width / heads]} of this run. */
    private String splitShape(String shape) {
      int heads = config.heads();
      return g.op(
          "Concat", List.of(shape, g.vector(heads, width / heads)), new Attribute.Int("axis", 0));
    }

    private String attentionBias() {
      String mask = cast("attention_mask", ElementType.FLOAT);
      mask = g.op("Unsqueeze", List.of(mask, g.vector(1, 2)));
      String gap = g.op("Sub", List.of(g.constant(1f), mask));
      return g.op("Mul", List.of(gap, g.constant(-Float.MAX_VALUE)));
    }

    /** Token vectors as {@code [batch * sequence, width]}. */
    private String embeddings() throws UnusableModelException {
      String flat = g.vector(-1);
      String ids = g.op("Reshape", List.of("input_ids", flat));
      TensorEntry wordTable =
          names.encoder("embeddings.word_embeddings.weight", config.vocabSize(), width);
      TensorEntry typeTable =
          names.encoder("embeddings.token_type_embeddings.weight", config.tokenTypes(), width);
      TensorEntry placeTable =
          names.encoder("embeddings.position_embeddings.weight", config.maxPositions(), width);
      String words = g.op("Gather", List.of(g.weight(wordTable), ids));
      String typeIds =
          config.tokenTypes() > 1 ? g.op("Reshape", List.of("token_type_ids", flat)) : g.vector(0);
      String types = g.op("Gather", List.of(g.weight(typeTable), typeIds));
      String positions = g.op("Reshape", List.of(positions(), flat));
      String places = g.op("Gather", List.of(g.weight(placeTable), positions));
      String sum = g.op("Add", List.of(g.op("Add", List.of(words, types)), places));
      return norm(sum, "embeddings.LayerNorm");
    }

    /** BERT counts from 0; RoBERTa counts tokens that are no padding, from the padding's id on. */
    private String positions() {
      if (config.family() == Family.BERT) {
        String ones = g.op("Equal", List.of("input_ids", "input_ids"));
        String count = g.op("CumSum", List.of(cast(ones, ElementType.INT64), g.constant(1L)));
        return g.op("Sub", List.of(count, g.constant(1L)));
      }
      String pad = g.constant((long) config.padTokenId());
      String real =
          cast(g.op("Not", List.of(g.op("Equal", List.of("input_ids", pad)))), ElementType.INT64);
      String count = g.op("CumSum", List.of(real, g.constant(1L)));
      return g.op("Add", List.of(g.op("Mul", List.of(count, real)), pad));
    }

    private String layer(String x, String bias, String split, String prefix)
        throws UnusableModelException {
      String self = prefix + "attention.self.";
      String query = project(x, split, self + "query", 0, 2, 1, 3);
      String key = project(x, split, self + "key", 0, 2, 3, 1);
      String value = project(x, split, self + "value", 0, 2, 1, 3);
      float scale = (float) (1 / Math.sqrt((double) width / config.heads()));
      String scores = g.op("MatMul", List.of(query, key));
      scores = g.op("Mul", List.of(scores, g.constant(scale)));
      scores = g.op("Add", List.of(scores, bias));
      String weights = g.op("Softmax", List.of(scores), new Attribute.Int("axis", -1));
      String mixed = g.op("MatMul", List.of(weights, value));
      mixed = g.op("Transpose", List.of(mixed), new Attribute.Ints("perm", 0, 2, 1, 3));
      mixed = g.op("Reshape", List.of(mixed, g.vector(-1, width)));
      String attended = encoderLinear(mixed, prefix + "attention.output.dense", width, width);
      attended = g.op("Add", List.of(attended, x));
      x = norm(attended, prefix + "attention.output.LayerNorm");
      int wide = config.intermediateSize();
      String inner = activate(encoderLinear(x, prefix + "intermediate.dense", wide, width));
      String outer = encoderLinear(inner, prefix + "output.dense", width, wide);
      return norm(g.op("Add", List.of(outer, x)), prefix + "output.LayerNorm");
    }

    private String project(String x, String split, String name, long... perm)
        throws UnusableModelException {
      String flat = encoderLinear(x, name, width, width);
      String parts = g.op("Reshape", List.of(flat, split));
      return g.op("Transpose", List.of(parts), new Attribute.Ints("perm", perm));
    }

    private String rows(String x) {
      g.input("rows", "answers");
      return g.op("Gather", List.of(x, "rows"));
    }

    private String first(String x, String shape) {
      String whole = g.op("Concat", List.of(shape, g.vector(width)), new Attribute.Int("axis", 0));
      String parts = g.op("Reshape", List.of(x, whole));
      return g.op("Gather", List.of(parts, g.constant(0L)), new Attribute.Int("axis", 1));
    }

    private void maskedLm(String x) throws UnusableModelException {
      boolean isRoberta = config.family() == Family.ROBERTA;
      String dense = isRoberta ? "lm_head.dense" : "cls.predictions.transform.dense";
      String norm = isRoberta ? "lm_head.layer_norm" : "cls.predictions.transform.LayerNorm";
      String head = isRoberta ? "lm_head." : "cls.predictions.";
      x = activate(linear(x, weightOf(dense, width, width), biasOf(dense, width)));
      x = norm(x, weightOf(norm, width), biasOf(norm, width));
      int words = config.vocabSize();
      boolean ownDecoder = !config.tied() && names.has(head + "decoder.weight");
      TensorEntry decoder =
          ownDecoder
              ? names.required(head + "decoder.weight", words, width)
              : names.encoder("embeddings.word_embeddings.weight", words, width);
      String bias = names.has(head + "bias") ? head + "bias" : head + "decoder.bias";
      g.output("logits", linear(x, decoder, names.required(bias, words)), "answers", words);
    }

    private void classification(String first) throws UnusableModelException {
      int labels = config.labels().size();
      String pooled;
      String out = "classifier";
      if (config.family() == Family.ROBERTA) {
        pooled =
            linear(
                first,
                weightOf("classifier.dense", width, width),
                biasOf("classifier.dense", width));
        out = "classifier.out_proj";
      } else {
        pooled = encoderLinear(first, "pooler.dense", width, width);
      }
      String x = g.op("Tanh", List.of(pooled));
      g.output(
          "logits", linear(x, weightOf(out, labels, width), biasOf(out, labels)), "batch", labels);
    }

    private void features(String x, String shape) throws UnusableModelException {
      g.output("hidden", rows(x), "answers", width);
      if (names.hasEncoder("pooler.dense.weight")) {
        String pooled = encoderLinear(first(x, shape), "pooler.dense", width, width);
        g.output("pooled", g.op("Tanh", List.of(pooled)), "batch", width);
      }
    }

    private TensorEntry weightOf(String name, long... shape) throws UnusableModelException {
      return names.required(name + ".weight", shape);
    }

    private TensorEntry biasOf(String name, long... shape) throws UnusableModelException {
      return names.required(name + ".bias", shape);
    }

    private String encoderLinear(String x, String name, int rows, int columns)
        throws UnusableModelException {
      return linear(
          x, names.encoder(name + ".weight", rows, columns), names.encoder(name + ".bias", rows));
    }

    private String linear(String x, TensorEntry weight, TensorEntry bias) {
      return g.op(
          "Gemm", List.of(x, g.weight(weight), g.weight(bias)), new Attribute.Int("transB", 1));
    }

    private String norm(String x, String name) throws UnusableModelException {
      return norm(x, names.encoder(name + ".weight", width), names.encoder(name + ".bias", width));
    }

    private String norm(String x, TensorEntry weight, TensorEntry bias) {
      return g.op(
          "LayerNormalization",
          List.of(x, g.weight(weight), g.weight(bias)),
          new Attribute.Int("axis", -1),
          new Attribute.Real("epsilon", (float) config.layerNormEpsilon()));
    }

    private String activate(String x) {
      return switch (config.activation()) {
        case "relu" -> g.op("Relu", List.of(x));
        case "gelu" -> gelu(x);
        default -> tanhGelu(x);
      };
    }

    private String gelu(String x) {
      String scaled = g.op("Div", List.of(x, g.constant((float) Math.sqrt(2))));
      String shifted = g.op("Add", List.of(g.op("Erf", List.of(scaled)), g.constant(1f)));
      return g.op("Mul", List.of(g.op("Mul", List.of(x, shifted)), g.constant(0.5f)));
    }

    private String tanhGelu(String x) {
      String square = g.op("Mul", List.of(x, x));
      String cube = g.op("Mul", List.of(g.op("Mul", List.of(square, x)), g.constant(0.044715f)));
      String inner = g.op("Add", List.of(x, cube));
      inner = g.op("Mul", List.of(inner, g.constant((float) Math.sqrt(2 / Math.PI))));
      String shifted = g.op("Add", List.of(g.op("Tanh", List.of(inner)), g.constant(1f)));
      return g.op("Mul", List.of(g.op("Mul", List.of(x, shifted)), g.constant(0.5f)));
    }

    private String cast(String x, ElementType type) {
      return g.op("Cast", List.of(x), new Attribute.Int("to", type.onnx()));
    }
  }
}
