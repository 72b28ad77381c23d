package dev.zoopress.eval.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What {@code config.json} says of an encoder, with the defaults of {@code transformers} for what
 * it leaves out.
 *
 * @param problem what the classifier was trained to say; null where the configuration leaves it to
 *     the number of labels
 * @param labels names of the classes by position; as long as the number of labels
 * @param finetuningTask the GLUE task that the model was trained for, empty where nothing is said
 * @param tied whether the decoder of a masked language model is the word embedding
 */
public record ModelConfig(
    Family family,
    List<String> architectures,
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int maxPositions,
    int tokenTypes,
    int padTokenId,
    double layerNormEpsilon,
    String activation,
    boolean tied,
    Problem problem,
    List<String> labels,
    String finetuningTask) {

  /** How positions are counted and heads are built. */
  public enum Family {
    ROBERTA,
    BERT
  }

  /** The values of {@code problem_type}. */
  public enum Problem {
    REGRESSION,
    SINGLE_LABEL_CLASSIFICATION,
    MULTI_LABEL_CLASSIFICATION
  }

  private static final int MAX_CONFIG_BYTES = 4 << 20;
  private static final Set<String> ROBERTAS = Set.of("roberta", "xlm-roberta", "camembert");
  private static final Set<String> ACTIVATIONS =
      Set.of("gelu", "relu", "gelu_new", "gelu_pytorch_tanh");

  /**
   * The configuration of {@code files}.
   *
   * @throws UnusableModelException if it is missing, broken, or of an architecture for which no
   *     graph can be built
   */
  public static ModelConfig of(ModelFiles files) throws IOException {
    String place = files.origin() + " config.json";
    JsonNode json;
    try {
      json = new ObjectMapper().readTree(files.read("config.json", MAX_CONFIG_BYTES));
    } catch (JacksonException e) {
      throw new UnusableModelException(place + ": not JSON: " + e.getOriginalMessage(), e);
    }
    if (json == null || !json.isObject()) {
      throw new UnusableModelException(place + ": not a JSON object");
    }
    return new Reader(place, json).read();
  }

  /** The head that the weights were saved with. */
  public Head declaredHead() {
    for (String name : architectures) {
      if (name.endsWith("ForMaskedLM") || name.endsWith("ForPreTraining")) {
        return Head.MASKED_LM;
      }
      if (name.endsWith("ForSequenceClassification")) {
        return Head.CLASSIFICATION;
      }
    }
    return Head.FEATURES;
  }

  /** What the classifier says: as declared, else by the number of labels, as transformers does. */
  public Problem problemOrDefault() {
    return problem != null
        ? problem
        : labels.size() == 1 ? Problem.REGRESSION : Problem.SINGLE_LABEL_CLASSIFICATION;
  }

  /** The longest input in tokens, special tokens included. */
  public int maxTokens() {
    return family == Family.ROBERTA ? maxPositions - padTokenId - 1 : maxPositions;
  }

  private record Reader(String place, JsonNode json) {
    ModelConfig read() throws UnusableModelException {
      String type = json.path("model_type").asText("");
      Family family;
      if (ROBERTAS.contains(type)) {
        family = Family.ROBERTA;
      } else if (type.equals("bert")) {
        family = Family.BERT;
      } else {
        throw bad(
            "model_type '"
                + type
                + "' is unknown; graphs are built for roberta, xlm-roberta, camembert and bert");
      }
      require("position_embedding_type", "absolute", Set.of("absolute"));
      String activation = require("hidden_act", "gelu", ACTIVATIONS);
      if (json.path("is_decoder").asBoolean(false)) {
        throw bad("is_decoder is true; only encoders are run");
      }
      boolean isRoberta = family == Family.ROBERTA;
      int hidden = number("hidden_size", 768, 1, 1 << 16);
      int heads = number("num_attention_heads", 12, 1, 1 << 10);
      if (hidden % heads != 0) {
        throw bad("hidden_size " + hidden + " is no multiple of " + heads + " heads");
      }
      List<String> architectures = new ArrayList<>();
      json.path("architectures").forEach(name -> architectures.add(name.asText()));
      ModelConfig config =
          new ModelConfig(
              family,
              List.copyOf(architectures),
              number("vocab_size", isRoberta ? 50265 : 30522, 1, 1 << 24),
              hidden,
              number("intermediate_size", 3072, 1, 1 << 20),
              number("num_hidden_layers", 12, 1, 1000),
              heads,
              number("max_position_embeddings", 512, 1, 1 << 20),
              number("type_vocab_size", 2, 1, 1000),
              number("pad_token_id", isRoberta ? 1 : 0, 0, 1 << 24),
              epsilon(),
              activation,
              json.path("tie_word_embeddings").asBoolean(true),
              problem(),
              labels(),
              json.path("finetuning_task").asText(""));
      if (config.maxTokens() < 2) {
        throw bad("max_position_embeddings leaves room for " + config.maxTokens() + " tokens");
      }
      return config;
    }

    private Problem problem() throws UnusableModelException {
      String type = json.path("problem_type").asText("");
      if (type.isEmpty() || json.path("problem_type").isNull()) {
        return null;
      }
      for (Problem problem : Problem.values()) {
        if (problem.name().toLowerCase(Locale.ROOT).equals(type)) {
          return problem;
        }
      }
      throw bad(
          "problem_type '"
              + type
              + "' is unknown; known: regression, single_label_classification,"
              + " multi_label_classification");
    }

    private List<String> labels() throws UnusableModelException {
      JsonNode names = json.path("id2label");
      int count = number("num_labels", names.isObject() ? names.size() : 2, 1, 100_000);
      Map<Integer, String> byId = new TreeMap<>();
      for (Map.Entry<String, JsonNode> e : names.properties()) {
        try {
          byId.put(Integer.parseInt(e.getKey()), e.getValue().asText());
        } catch (NumberFormatException notNumber) {
          throw new UnusableModelException(
              place + ": id2label has the key '" + e.getKey() + "', expected a number", notNumber);
        }
      }
      List<String> labels = new ArrayList<>(Collections.nCopies(count, ""));
      for (int i = 0; i < count; i++) {
        labels.set(i, byId.getOrDefault(i, "LABEL_" + i));
      }
      if (!byId.isEmpty() && byId.size() != count) {
        throw bad("num_labels is " + count + ", but id2label names " + byId.size());
      }
      return List.copyOf(labels);
    }

    private double epsilon() throws UnusableModelException {
      double epsilon = json.path("layer_norm_eps").asDouble(1e-12);
      if (!(epsilon >= 0 && epsilon < 1)) {
        throw bad("layer_norm_eps is " + epsilon);
      }
      return epsilon;
    }

    private String require(String field, String standard, Set<String> known)
        throws UnusableModelException {
      JsonNode value = json.path(field);
      String text = value.isTextual() ? value.asText().toLowerCase(Locale.ROOT) : standard;
      if (!known.contains(text)) {
        throw bad(field + " '" + text + "' is unknown; known: " + String.join(", ", known));
      }
      return text;
    }

    private int number(String field, int standard, int least, int most)
        throws UnusableModelException {
      JsonNode value = json.path(field);
      if (value.isMissingNode() || value.isNull()) {
        return standard;
      }
      if (!value.canConvertToInt() || value.asInt() < least || value.asInt() > most) {
        throw bad(field + " is " + value + ", expected " + least + " to " + most);
      }
      return value.asInt();
    }

    private UnusableModelException bad(String what) {
      return new UnusableModelException(place + ": " + what);
    }
  }
}
