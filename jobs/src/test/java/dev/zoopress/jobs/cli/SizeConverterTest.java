package dev.zoopress.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class SizeConverterTest {
  private final SizeConverter converter = new SizeConverter();

  @Test
  void sizesAsPeopleWriteThem() {
    assertThat(converter.convert("500000")).isEqualTo(500_000);
    assertThat(converter.convert("64MiB")).isEqualTo(64L << 20);
    assertThat(converter.convert("1.5 tb")).isEqualTo(1_500_000_000_000L);
    assertThat(converter.convert("8191PiB")).isEqualTo(8191L << 50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "1XB", "MiB", "8192PiB", "0.1", "1e3"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatThrownBy(() -> converter.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "' is no size");
  }
}
