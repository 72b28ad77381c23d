package dev.zoopress.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.jobs.compress.Progress;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class UsageTest {
  @Test
  void helpIsTheResult() {
    Called called = Called.zoopress("--help");
    assertThat(called.code()).isZero();
    assertThat(called.out()).contains("compress").contains("Exit codes");
    assertThat(called.err()).isEmpty();
  }

  @Test
  void wrongUsageIsTwoAndSaysWhereToLook() {
    assertThat(Called.zoopress().code()).isEqualTo(2);
    assertThat(Called.zoopress("nonsense").code()).isEqualTo(2);
    Called called = Called.zoopress("compress", "/source");
    assertThat(called.code()).isEqualTo(2);
    assertThat(called.err()).contains("--store").contains("zoopress compress --help");
    assertThat(called.out()).isEmpty();
    assertThat(Called.zoopress("compress", "s", "--store", "t", "--effort", "most").code())
        .isEqualTo(2);
    Called badRun = Called.zoopress("scan", "/source", "--run-id", "../x");
    assertThat(badRun.code()).isEqualTo(2);
    assertThat(badRun.err()).contains("--run-id '../x'").doesNotContain("\tat ");
  }

  @Test
  void theCauseThatMattersIsFoundInsideWhatSparkWraps() {
    Exception damage = new CorruptContainerException("packs/ab/cd.zpk", 17, "checksum");
    Failure failure =
        Failure.of(new RuntimeException("job aborted", new IOException("task", damage)));
    assertThat(failure.exitCode()).isEqualTo(4);
    assertThat(failure.message()).contains("packs/ab/cd.zpk").contains("17").contains("verify");
    assertThat(Failure.of(new IllegalStateException("odd")).exitCode()).isEqualTo(1);
  }

  @Test
  void whenSeveralCodesApplyFailureOutranksDamageOutranksSomeModels() {
    assertThat(ExitCode.worse(4, 3)).isEqualTo(4);
    assertThat(ExitCode.worse(4, 1)).isEqualTo(1);
    assertThat(ExitCode.worse(0, 3)).isEqualTo(3);
  }

  @Test
  void progressSaysBytesFilesRateSavedAndTimeLeft() {
    Progress.Snapshot half =
        new Progress.Snapshot("compress", 5_000_000, 10_000_000, 3, 6, 3_000_000);
    assertThat(ProgressLine.line(half, 5))
        .isEqualTo("compress: 5.0 MB of 10.0 MB, 3 of 6 files, 1.0 MB/s, saved 40.0 %, 5 s left");
  }

  @Test
  void namesCannotDriveTheTerminal() {
    assertThat(Table.printable("a\u001b[31mb\nc\u202ed\u2028\udc00\ud83d\ude00"))
        .isEqualTo("a\\u001b[31mb\\nc\\u202ed\\u2028\\udc00\ud83d\ude00");
  }
}
