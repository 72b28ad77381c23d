package dev.zoopress.eval.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zoopress.eval.Fixtures;
import dev.zoopress.eval.model.FolderFiles;
import dev.zoopress.eval.model.ModelConfig;
import dev.zoopress.eval.model.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The three forms in which a model may carry its tokenizer. */
class TextTokenizerTest {
  @TempDir Path folder;

  private TextTokenizer open(String modelType) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        "{\"model_type\": \"" + modelType + "\", \"max_position_embeddings\": 514}");
    FolderFiles files = FolderFiles.of(folder);
    return TextTokenizer.of(files, ModelConfig.of(files));
  }

  @Test
  void vocabularyAndMergesAreRobertasTokenizer() throws IOException {
    Path parts = Fixtures.shared().resolve("data/tokenizer/roberta-base");
    assumeTrue(Files.isDirectory(parts), "not there: " + parts);
    Files.copy(parts.resolve("roberta-base-vocab.json"), folder.resolve("vocab.json"));
    Files.copy(parts.resolve("vocab.bpe"), folder.resolve("merges.txt"));
    try (TextTokenizer tokenizer = open("roberta")) {
      assertThat(tokenizer.madeFrom()).isEqualTo("vocab.json and merges.txt");
      assertThat(tokenizer.encode("Hello world! c\u00e9c\u00e9 herlolip", 512).ids())
          .containsExactly(0, 31414, 232, 328, 740, 1140, 12695, 69, 46078, 1588, 2);
      assertThat(tokenizer.encode("Hello", "world", 512).ids())
          .containsExactly(0, 31414, 2, 2, 8331, 2);
      assertThat(tokenizer.maskToken()).isEqualTo("<mask>");
      assertThat(tokenizer.encode("a <mask>.", 512).ids()).containsExactly(0, 102, 50264, 4, 2);
      Encoded cut = tokenizer.encode("word ".repeat(600), 512);
      assertThat(cut.ids()).hasSize(512).endsWith(2);
      assertThat(cut.truncated()).isTrue();
    }
  }

  @Test
  void smallVocabularyAndMergesWorkWithoutReferenceMaterial() throws IOException {
    Files.writeString(
        folder.resolve("vocab.json"),
        "{\"<s>\": 0, \"<pad>\": 1, \"</s>\": 2, \"<unk>\": 3, \"a\": 4, \"b\": 5, \"ab\": 6,"
            + " \"\u0120\": 7, \"\u0120ab\": 8, \"<mask>\": 9}");
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b\n\u0120 ab\n");
    try (TextTokenizer tokenizer = open("roberta")) {
      assertThat(tokenizer.encode("ab ab", 512).ids()).containsExactly(0, 6, 8, 2);
      assertThat(tokenizer.encode("ab", "b", 512).ids()).containsExactly(0, 6, 2, 2, 5, 2);
      assertThat(tokenizer.encode("ab <mask>", 512).ids()).containsExactly(0, 6, 9, 2);
      assertThat(tokenizer.encode("ab ab ab ab", 4).ids()).containsExactly(0, 6, 8, 2);
      assertThat(tokenizer.decode(new long[] {0, 6, 8, 2})).isEqualTo("ab ab");
    }
  }

  @Test
  void wordPiecesPairAsTheFamilyDoes() throws IOException {
    List<String> words = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "deep", "##er", "x");
    Files.writeString(
        folder.resolve("vocab.txt"), words.stream().collect(Collectors.joining("\n")) + "\n");
    try (TextTokenizer tokenizer = open("bert")) {
      Encoded pair = tokenizer.encode("Deeper", "x y", 512);
      assertThat(pair.ids()).containsExactly(2, 5, 6, 3, 7, 1, 3);
      assertThat(pair.types()).containsExactly(0, 0, 0, 0, 1, 1, 1);
      assertThat(tokenizer.encode("a [MASK]", 512).ids()).containsExactly(2, 1, 4, 3);
    }
    try (TextTokenizer tokenizer = open("roberta")) {
      assertThat(tokenizer.encode("deeper", "x", 512).ids()).containsExactly(2, 5, 6, 3, 3, 7, 3);
    }
  }

  @Test
  void caseIsKeptWhereTheConfigurationSaysSo() throws IOException {
    Files.writeString(
        folder.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nDeep\ndeep\n");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"do_lower_case\": false}");
    try (TextTokenizer tokenizer = open("bert")) {
      assertThat(tokenizer.encode("Deep deep", 512).ids()).containsExactly(2, 5, 6, 3);
    }
  }

  @Test
  void foreignOrMissingVocabularyIsAnError() throws IOException {
    assertThatThrownBy(() -> open("roberta"))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("no tokenizer; expected tokenizer.json");
    Files.writeString(folder.resolve("vocab.txt"), "only\nwords\n");
    assertThatThrownBy(() -> open("bert"))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("the vocabulary has no [PAD]");
    Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": {\"type\": \"Magic\"}}");
    assertThatThrownBy(() -> open("bert"))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("tokenizer.json: not usable");
  }
}
