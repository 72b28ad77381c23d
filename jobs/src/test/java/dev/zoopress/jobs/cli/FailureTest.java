package dev.zoopress.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.jobs.store.StoreException;
import dev.zoopress.jobs.store.StoreException.WriteState;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class FailureTest {
  private static final String LOST =
      "Job aborted due to stage failure: Task 0 in stage 3.0 failed 4 times, most recent failure:"
          + " Lost task 0.3 in stage 3.0 (TID 9) (10.0.0.2 executor 2): ExecutorLostFailure"
          + " (executor 2 exited caused by one of the running tasks) Reason: Command exited with"
          + " code 137\nDriver stacktrace:\n\tat org.apache.spark.scheduler.DAGScheduler.x(Y.scala)";

  @Test
  void lostExecutorsAreOneLineThatSaysWhatToDo() {
    Failure failure = Failure.of(new SparkException(LOST));

    assertThat(failure.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failure.message())
        .startsWith("executors were lost")
        .contains("code 137", "run the same command again")
        .doesNotContain("\n", "stacktrace");
  }

  @Test
  void aStoppedContextSaysWhatToDo() {
    String message =
        "Cannot call methods on a stopped SparkContext.\nThis stopped SparkContext was created at:";

    assertThat(Failure.of(new IllegalStateException(message)).message())
        .contains("stopped SparkContext", "run the same command again")
        .doesNotContain("\n");
  }

  @Test
  void whatATaskOfOursThrewSaysMoreThanSpark() {
    StoreException ours =
        new StoreException("the store failed; run again", WriteState.NOT_WRITTEN, null);

    assertThat(Failure.of(new SparkException(LOST, ours)).message()).isEqualTo(ours.getMessage());
  }
}
