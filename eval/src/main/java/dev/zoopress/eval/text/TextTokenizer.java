package dev.zoopress.eval.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zoopress.eval.model.ModelConfig;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.model.UnusableModelException;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A model's own tokenizer. Safe for use by several threads. */
public final class TextTokenizer implements Closeable {
  static {
    // Nothing may be fetched or told to anybody.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  private static final List<String> MASKS = List.of("<mask>", "[MASK]");

  private final HuggingFaceTokenizer whole;
  private final byte[] json;
  private final Map<Integer, HuggingFaceTokenizer> cutting = new HashMap<>();
  private final Map<String, Integer> vocabulary;
  private final String[] tokens;
  private final String maskToken;
  private final String madeFrom;
  private final int maxTokens;

  private TextTokenizer(TokenizerFile file, String maskToken, int maxTokens) throws IOException {
    this.json = TokenizerFile.JSON.writeValueAsBytes(file.json());
    this.whole = open(0);
    this.vocabulary = vocabulary(file.json());
    this.madeFrom = file.madeFrom();
    int last = vocabulary.values().stream().mapToInt(i -> i).max().orElse(0);
    this.tokens = new String[last + 1];
    vocabulary.forEach((token, id) -> tokens[id] = token);
    this.maskToken = maskToken.isEmpty() ? knownMask() : maskToken;
    this.maxTokens = maxTokens;
  }

  /**
   * The tokenizer of {@code files}.
   *
   * @throws UnusableModelException if there is none, or the library refuses it
   */
  public static TextTokenizer of(ModelFiles files, ModelConfig config) throws IOException {
    TokenizerFile file = TokenizerFile.of(files, config.family() == ModelConfig.Family.ROBERTA);
    String mask = "";
    int most = config.maxTokens();
    for (String path : List.of("special_tokens_map.json", "tokenizer_config.json")) {
      if (files.has(path)) {
        ObjectNode json = TokenizerFile.object(files, path);
        JsonNode token = json.path("mask_token");
        String text = token.isObject() ? token.path("content").asText("") : token.asText("");
        mask = mask.isEmpty() ? text : mask;
        JsonNode length = json.path("model_max_length");
        if (length.canConvertToInt() && length.asInt() > 1) {
          most = Math.min(most, length.asInt());
        }
      }
    }
    try {
      return new TextTokenizer(file, mask, most);
    } catch (RuntimeException e) {
      throw new UnusableModelException(
          files.origin() + " " + file.madeFrom() + ": not usable: " + e.getMessage(), e);
    }
  }

  private HuggingFaceTokenizer open(int maxLength) throws IOException {
    Map<String, String> options = new HashMap<>();
    options.put("addSpecialTokens", "true");
    options.put("padding", "false");
    options.put("truncation", maxLength > 0 ? "true" : "false");
    if (maxLength > 0) {
      options.put("maxLength", Integer.toString(maxLength));
      options.put("modelMaxLength", Integer.toString(maxLength));
    }
    return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
  }

  private static Map<String, Integer> vocabulary(ObjectNode json) {
    Map<String, Integer> all = new HashMap<>();
    JsonNode words = json.path("model").path("vocab");
    if (words.isObject()) {
      words.properties().forEach(e -> all.put(e.getKey(), e.getValue().asInt()));
    } else {
      // Unigram: a list of token and score.
      for (int i = 0; i < words.size(); i++) {
        all.put(words.get(i).path(0).asText(), i);
      }
    }
    for (JsonNode added : json.path("added_tokens")) {
      all.put(added.path("content").asText(), added.path("id").asInt());
    }
    all.values().removeIf(id -> id < 0 || id > 1 << 24);
    return all;
  }

  private String knownMask() {
    return MASKS.stream().filter(vocabulary::containsKey).findFirst().orElse("");
  }

  /** One text with special tokens, cut to {@code maxLength} tokens. */
  public Encoded encode(String text, int maxLength) throws IOException {
    return cut(whole.encode(text, true, false), text, null, maxLength);
  }

  /** A pair with special tokens; the longer text is cut first. */
  public Encoded encode(String text, String other, int maxLength) throws IOException {
    return cut(whole.encode(text, other, true, false), text, other, maxLength);
  }

  private Encoded cut(Encoding encoding, String text, String other, int maxLength)
      throws IOException {
    int most = Math.min(maxLength, maxTokens);
    if (encoding.getIds().length <= most) {
      return new Encoded(encoding.getIds(), encoding.getTypeIds(), false);
    }
    HuggingFaceTokenizer tokenizer;
    synchronized (cutting) {
      tokenizer = cutting.get(most);
      if (tokenizer == null) {
        tokenizer = open(most);
        cutting.put(most, tokenizer);
      }
    }
    Encoding shorter =
        other == null
            ? tokenizer.encode(text, true, false)
            : tokenizer.encode(text, other, true, false);
    if (shorter.getIds().length > most) {
      throw new UnusableModelException(
          madeFrom + ": " + shorter.getIds().length + " tokens after a cut to " + most);
    }
    return new Encoded(shorter.getIds(), shorter.getTypeIds(), true);
  }

  /** The text without special tokens. */
  public String decode(long[] ids) {
    return whole.decode(ids, true);
  }

  /** The text of the ids, special tokens shown. */
  public String decodeAll(long[] ids) {
    return whole.decode(ids, false);
  }

  /** The token of {@code id}; empty for ids that the vocabulary leaves out. */
  public String token(int id) {
    return id < 0 || id >= tokens.length || tokens[id] == null ? "" : tokens[id];
  }

  public OptionalInt id(String token) {
    Integer id = vocabulary.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The mask's text, empty where the model has none. */
  public String maskToken() {
    return maskToken;
  }

  /** The files that the tokenizer is made from. */
  public String madeFrom() {
    return madeFrom;
  }

  /** The longest input in tokens. */
  public int maxTokens() {
    return maxTokens;
  }

  @Override
  public void close() {
    whole.close();
    synchronized (cutting) {
      cutting.values().forEach(HuggingFaceTokenizer::close);
      cutting.clear();
    }
  }
}
