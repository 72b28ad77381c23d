package dev.zoopress.jobs.cli;

import java.time.Duration;
import java.time.Period;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them, {@code 7d 12h 30m 45s}, or as ISO 8601, {@code PT0S P3D P2W}. */
final class DurationConverter implements ITypeConverter<Duration> {
  private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})([smhdw])");
  private static final Pattern DATE = Pattern.compile("P(?:[0-9]+W)?(?:[0-9]+D)?");

  @Override
  public Duration convert(String text) {
    Matcher matcher = SHORT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      long count = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "s" -> Duration.ofSeconds(count);
        case "m" -> Duration.ofMinutes(count);
        case "h" -> Duration.ofHours(count);
        case "d" -> Duration.ofDays(count);
        default -> Duration.ofDays(7 * count);
      };
    }
    String upper = text.strip().toUpperCase(Locale.ROOT);
    try {
      Duration duration =
          DATE.matcher(upper).matches() && upper.length() > 1
              ? Duration.ofDays(Period.parse(upper).getDays())
              : Duration.parse(upper);
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (DateTimeParseException | ArithmeticException e) {
      // Said below.
    }
    throw new TypeConversionException(
        "'" + text + "' is no duration: write 7d, 12h, 30m, 45s, or ISO 8601 such as PT0S or P3D");
  }
}
