package dev.zoopress.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteRangeTest {
  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0, 1",
    "bytes=0-, 0, 100",
    "bytes=10-19, 10, 10",
    "bytes=90-500, 90, 10",
    "bytes=-5, 95, 5",
    "bytes=-500, 0, 100",
    "bytes=99-, 99, 1"
  })
  void partOfTheFile(String header, long from, long length) {
    assertThat(ByteRange.of(header, 100)).isEqualTo(new ByteRange(from, length, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=0-1,5-6", "bytes=-", "items=0-1", "bytes=5-4", "bytes=a-b", ""})
  void theWholeFile(String header) {
    assertThat(ByteRange.of(header, 100)).isEqualTo(new ByteRange(0, 100, false));
  }

  @Test
  void beyondTheEnd() {
    assertThat(ByteRange.of("bytes=100-", 100)).isNull();
    assertThat(ByteRange.of("bytes=0-0", 0)).isNull();
    assertThat(ByteRange.of("bytes=-0", 100)).isNull();
    assertThat(ByteRange.of(null, 0)).isEqualTo(new ByteRange(0, 0, false));
  }
}
