package dev.zoopress.codec.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.MalformedInputException;
import org.junit.jupiter.api.Test;

final class TensorBudgetTest {
  @Test
  void holdsHalfAMillionOrdinaryTensorsAndThenRefuses() throws MalformedInputException {
    TensorBudget budget = new TensorBudget("m");
    String name = "model.layers.17.self_attn.q_proj.weight";
    for (int i = 0; i < 500_000; i++) {
      budget.charge(name, 2, i);
    }
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 500_000; i++) {
                budget.charge(name, 2, i);
              }
            })
        .isInstanceOf(MalformedInputException.class)
        .hasMessageContaining("tensor descriptions");
  }

  @Test
  void namesAndDimensionsCount() {
    TensorBudget budget = new TensorBudget("m");
    assertThatThrownBy(() -> budget.charge("", (128 << 20) / 24, 9))
        .isInstanceOfSatisfying(
            MalformedInputException.class, e -> assertThat(e.offsetBytes()).isEqualTo(9));
  }
}
