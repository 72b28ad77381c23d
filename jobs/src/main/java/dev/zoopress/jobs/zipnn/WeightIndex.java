package dev.zoopress.jobs.zipnn;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JSON file that says which shard holds which tensor; changed as text, so that all else stays.
 */
final class WeightIndex {
  private static final long MAX_BYTES = 256L << 20;
  private static final Pattern STRING = Pattern.compile(":(\\s*)\"((?:[^\"\\\\]|\\\\.)*+)\"");

  private WeightIndex() {}

  static String read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(file + ": longer than any weight index");
    }
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  /** The text with every value that is one of {@code names} replaced. */
  static String renamed(String text, Map<String, String> names) {
    Matcher matcher = STRING.matcher(text);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      String name = names.getOrDefault(matcher.group(2), matcher.group(2));
      matcher.appendReplacement(
          out, Matcher.quoteReplacement(":" + matcher.group(1) + "\"" + name + "\""));
    }
    return matcher.appendTail(out).toString();
  }
}
