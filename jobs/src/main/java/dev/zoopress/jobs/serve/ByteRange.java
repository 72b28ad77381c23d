package dev.zoopress.jobs.serve;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of a file that a request asks for.
 *
 * @param partial whether the answer is 206
 */
record ByteRange(long from, long length, boolean partial) {
  private static final Pattern SINGLE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  /**
   * Reads a {@code Range} header (RFC 9110, section 14): {@code a-b}, {@code a-} and {@code -n},
   * the end clipped. Several ranges, other units and nonsense mean the whole file. Returns null
   * where nothing of the range is in the file: 416.
   */
  static ByteRange of(String header, long size) {
    ByteRange whole = new ByteRange(0, size, false);
    if (header == null) {
      return whole;
    }
    Matcher range = SINGLE.matcher(header.replace(" ", ""));
    if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
      return whole;
    }
    if (range.group(1).isEmpty()) {
      long last = Math.min(Long.parseLong(range.group(2)), size);
      return last == 0 ? null : new ByteRange(size - last, last, true);
    }
    long from = Long.parseLong(range.group(1));
    long to = range.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(range.group(2));
    if (to < from) {
      return whole;
    }
    return from >= size ? null : new ByteRange(from, Math.min(to, size - 1) - from + 1, true);
  }
}
