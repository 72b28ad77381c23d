package dev.zoopress.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Expected values are worked out from the definitions, with numpy's corrcoef for correlations. */
class MetricsTest {
  private static final int[] SAID = {1, 0, 1, 1, 0, 1, 0, 1, 0, 1};
  private static final int[] WERE = {1, 0, 0, 1, 0, 1, 1, 1, 0, 0};
  private static final double[] X = {0.1, 2.5, 3.0, 4.9, 1.0, 2.5};
  private static final double[] Y = {0.0, 2.0, 3.5, 5.0, 1.0, 3.0};

  @Test
  void classification() {
    assertThat(Metrics.accuracy(SAID, WERE)).isEqualTo(0.7);
    assertThat(Metrics.f1(SAID, WERE)).isCloseTo(8.0 / 11, within(1e-12));
    assertThat(Metrics.matthews(SAID, WERE)).isCloseTo(0.408248290463863, within(1e-12));
    int[] three = {0, 1, 2, 2, 1, 0};
    int[] other = {0, 2, 2, 1, 1, 0};
    assertThat(Metrics.matthews(three, other)).isCloseTo(0.5, within(1e-12));
    assertThat(Metrics.matthews(new int[] {1, 1}, new int[] {1, 0})).isZero();
    assertThat(Metrics.f1(new int[] {0}, new int[] {0})).isZero();
  }

  @Test
  void correlation() {
    assertThat(Metrics.pearson(X, Y)).isCloseTo(0.9787800300, within(1e-9));
    assertThat(Metrics.spearman(X, Y)).isCloseTo(0.9856107606, within(1e-9));
    assertThat(Metrics.pearson(new double[] {1, 1}, new double[] {1, 2})).isNaN();
  }
}
