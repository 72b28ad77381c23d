package dev.zoopress.eval.onnx;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.tensor.DType;
import dev.zoopress.eval.model.TensorEntry;
import dev.zoopress.eval.model.UnusableModelException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Weights that would not be computed with are noticed before anything runs. */
class SoundGraphTest {
  private static void require(byte[] model) throws IOException {
    TensorEntry weight = new TensorEntry("w", DType.F32, List.of(512L), "f", 0, 2048);
    EncoderGraph graph = new EncoderGraph(model, Map.of("w", weight), Set.of());
    EncoderSession.requireSound("model", graph, GraphFacts.read("graph", model));
  }

  @Test
  void inlineWeightThatShadowsTheGivenOneIsRefused() {
    assertThatThrownBy(() -> require(TinyOnnx.shadowing()))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("weight w would be shadowed");
  }

  @Test
  void weightThatNoNodeReadsIsRefused() {
    assertThatThrownBy(() -> require(TinyOnnx.idle()))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("no node reads weight w");
  }
}
