package dev.zoopress.eval.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.eval.Fixtures;
import dev.zoopress.eval.model.FolderFiles;
import dev.zoopress.eval.model.Head;
import dev.zoopress.eval.model.TensorDirectory;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A process that evaluates a thousand models must not hold the weights of those behind it. */
class SessionMemoryTest {
  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  @Test
  void closedSessionHasGivenItsWeightsBackAtOnce() throws IOException {
    FolderFiles files = FolderFiles.of(Fixtures.sapiens());
    long before = directBytes();
    EncoderSession session = EncoderSession.open(files, Head.MASKED_LM, new SessionSettings(1));
    long weights = session.weights().stream().mapToLong(w -> w.entry().lengthBytes()).sum();
    assertThat(directBytes() - before).isGreaterThanOrEqualTo(weights).isGreaterThan(2_000_000);
    session.close();
    assertThat(directBytes() - before).isLessThan(weights / 10);
    assertThat(session.weights()).isEmpty();
  }

  @Test
  void estimateCountsWeightsAndWhatTheRuntimeMakesOfThem() throws IOException {
    FolderFiles files = FolderFiles.of(Fixtures.sapiens());
    long weights =
        TensorDirectory.of(files).tensors().values().stream()
            .mapToLong(tensor -> tensor.lengthBytes())
            .sum();
    assertThat(TensorDirectory.sessionBytes(files)).isEqualTo(3 * weights);
  }
}
