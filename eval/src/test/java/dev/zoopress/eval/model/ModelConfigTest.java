package dev.zoopress.eval.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.eval.model.ModelConfig.Family;
import dev.zoopress.eval.model.ModelConfig.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigTest {
  @TempDir Path folder;

  private ModelConfig read(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json);
    return ModelConfig.of(FolderFiles.of(folder));
  }

  /** Cut from the published files of the models. */
  @Test
  void familiesAreReadAsTransformersReadsThem() throws IOException {
    ModelConfig camembert =
        read(
            "{\"architectures\": [\"CamembertForMaskedLM\"], \"model_type\": \"camembert\","
                + " \"max_position_embeddings\": 514, \"pad_token_id\": 1, \"type_vocab_size\": 1,"
                + " \"vocab_size\": 32005, \"layer_norm_eps\": 1e-05}");
    assertThat(camembert.family()).isEqualTo(Family.ROBERTA);
    assertThat(camembert.declaredHead()).isEqualTo(Head.MASKED_LM);
    assertThat(camembert.maxTokens()).isEqualTo(512);
    assertThat(camembert.layers()).isEqualTo(12);
    ModelConfig multilingual =
        read(
            "{\"architectures\": [\"XLMRobertaForSequenceClassification\"],"
                + " \"model_type\": \"xlm-roberta\", \"max_position_embeddings\": 514,"
                + " \"type_vocab_size\": 1, \"vocab_size\": 250002,"
                + " \"id2label\": {\"0\": \"entailment\", \"1\": \"neutral\", \"2\": \"contradiction\"}}");
    assertThat(multilingual.family()).isEqualTo(Family.ROBERTA);
    assertThat(multilingual.labels()).containsExactly("entailment", "neutral", "contradiction");
    assertThat(multilingual.problemOrDefault()).isEqualTo(Problem.SINGLE_LABEL_CLASSIFICATION);
    ModelConfig bert =
        read("{\"model_type\": \"bert\", \"architectures\": [\"BertForPreTraining\"]}");
    assertThat(bert.family()).isEqualTo(Family.BERT);
    assertThat(bert.padTokenId()).isZero();
    assertThat(bert.maxTokens()).isEqualTo(512);
    assertThat(bert.tokenTypes()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"model_type\": \"gpt2\"} | model_type 'gpt2' is unknown",
        "{} | model_type '' is unknown",
        "[] | not a JSON object",
        "{\"model_type\": | not JSON",
        "{\"model_type\": \"roberta\", \"hidden_act\": \"swish\"} | hidden_act 'swish' is unknown",
        "{\"model_type\": \"bert\", \"is_decoder\": true} | is_decoder is true",
        "{\"model_type\": \"bert\", \"position_embedding_type\": \"relative_key\"} | relative_key",
        "{\"model_type\": \"roberta\", \"hidden_size\": 100} | no multiple of 12 heads",
        "{\"model_type\": \"roberta\", \"num_hidden_layers\": 1e9} | num_hidden_layers is",
        "{\"model_type\": \"roberta\", \"num_labels\": 3, \"id2label\": {\"0\": \"a\"}} | num_labels is 3",
        "{\"model_type\": \"roberta\", \"problem_type\": \"ranking\"} | problem_type 'ranking' is unknown",
        "{\"model_type\": \"roberta\", \"max_position_embeddings\": 2} | leaves room for 0 tokens",
      })
  void whatCannotBeRunIsNamed(String json, String reason) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("config.json: ")
        .hasMessageContaining(reason);
  }
}
