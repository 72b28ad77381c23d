package dev.zoopress.eval.text;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.model.UnusableModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A tokenizer in the form of {@code tokenizer.json}: the model's own file or, for models that carry
 * only a vocabulary, one made of it.
 */
record TokenizerFile(ObjectNode json, String madeFrom) {
  private static final int MAX_BYTES = 256 << 20;
  static final ObjectMapper JSON =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(MAX_BYTES).build())
                  .build())
          .build();

  static TokenizerFile of(ModelFiles files, boolean isRoberta) throws IOException {
    if (files.has("tokenizer.json")) {
      return new TokenizerFile(object(files, "tokenizer.json"), "tokenizer.json");
    }
    if (files.has("vocab.json") && files.has("merges.txt")) {
      return new TokenizerFile(bytePairs(files), "vocab.json and merges.txt");
    }
    if (files.has("vocab.txt")) {
      return new TokenizerFile(wordPieces(files, isRoberta), "vocab.txt");
    }
    throw new UnusableModelException(
        files.origin()
            + ": no tokenizer; expected tokenizer.json, vocab.json with merges.txt, or vocab.txt");
  }

  static ObjectNode object(ModelFiles files, String path) throws IOException {
    try {
      JsonNode node = JSON.readTree(files.read(path, MAX_BYTES));
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new UnusableModelException(files.origin() + " " + path + ": not a JSON object");
    } catch (JacksonException e) {
      throw new UnusableModelException(
          files.origin() + " " + path + ": not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** RoBERTa's byte-level pairs. */
  private static ObjectNode bytePairs(ModelFiles files) throws IOException {
    ObjectNode vocabulary = object(files, "vocab.json");
    ObjectNode json = JSON.createObjectNode().put("version", "1.0");
    ArrayNode added = json.putArray("added_tokens");
    for (String token : List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>")) {
      addToken(files, vocabulary, added, token, token.equals("<mask>"));
    }
    json.putNull("normalizer");
    json.putObject("pre_tokenizer")
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
    ObjectNode post = json.putObject("post_processor").put("type", "RobertaProcessing");
    pair(post.putArray("sep"), "</s>", vocabulary);
    pair(post.putArray("cls"), "<s>", vocabulary);
    post.put("trim_offsets", true).put("add_prefix_space", false);
    json.putObject("decoder")
        .put("type", "ByteLevel")
        .put("add_prefix_space", true)
        .put("trim_offsets", true)
        .put("use_regex", true);
    ObjectNode model = json.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", false);
    model.set("vocab", vocabulary);
    ArrayNode merges = model.putArray("merges");
    for (String line : lines(files, "merges.txt")) {
      if (!line.isBlank() && !line.startsWith("#version")) {
        merges.add(line);
      }
    }
    return json;
  }

  /** BERT's word pieces; lower case as {@code tokenizer_config.json} says, else as BERT does. */
  private static ObjectNode wordPieces(ModelFiles files, boolean isRoberta) throws IOException {
    ObjectNode vocabulary = JSON.createObjectNode();
    List<String> words = lines(files, "vocab.txt");
    for (int i = 0; i < words.size(); i++) {
      vocabulary.put(words.get(i), i);
    }
    JsonNode config =
        files.has("tokenizer_config.json")
            ? object(files, "tokenizer_config.json")
            : JSON.createObjectNode();
    ObjectNode json = JSON.createObjectNode().put("version", "1.0");
    ArrayNode added = json.putArray("added_tokens");
    for (String token : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")) {
      addToken(files, vocabulary, added, token, false);
    }
    ObjectNode normalizer = json.putObject("normalizer").put("type", "BertNormalizer");
    normalizer.put("clean_text", true).put("handle_chinese_chars", true).putNull("strip_accents");
    normalizer.put("lowercase", config.path("do_lower_case").asBoolean(true));
    json.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    ObjectNode post = json.putObject("post_processor").put("type", "BertProcessing");
    if (isRoberta) {
      // The pair of this family has two separators in the middle.
      post.put("type", "RobertaProcessing")
          .put("trim_offsets", true)
          .put("add_prefix_space", false);
    }
    pair(post.putArray("sep"), "[SEP]", vocabulary);
    pair(post.putArray("cls"), "[CLS]", vocabulary);
    json.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
    ObjectNode model = json.putObject("model").put("type", "WordPiece").put("unk_token", "[UNK]");
    model.put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
    model.set("vocab", vocabulary);
    return json;
  }

  private static void addToken(
      ModelFiles files, ObjectNode vocabulary, ArrayNode added, String token, boolean stripsLeft)
      throws UnusableModelException {
    JsonNode id = vocabulary.path(token);
    if (!id.canConvertToInt()) {
      throw new UnusableModelException(
          files.origin() + ": the vocabulary has no " + token + "; it is not of this family");
    }
    ObjectNode entry = added.addObject().put("id", id.asInt()).put("content", token);
    entry.put("single_word", false).put("lstrip", stripsLeft).put("rstrip", false);
    entry.put("normalized", false).put("special", true);
  }

  private static void pair(ArrayNode into, String token, ObjectNode vocabulary) {
    into.add(token).add(vocabulary.path(token).asInt());
  }

  private static List<String> lines(ModelFiles files, String path) throws IOException {
    return new String(files.read(path, MAX_BYTES), StandardCharsets.UTF_8).lines().toList();
  }
}
