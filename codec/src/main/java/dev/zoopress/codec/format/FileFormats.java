package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Turns a file into segments: recognises its container by content, and falls back to opaque bytes.
 * Memory is bounded by a small multiple of the container's header. Safe for use by several threads.
 */
public final class FileFormats {
  private static final int START_BYTES = 64;
  private static final int MAX_POINTER_BYTES = 1023;
  private static final byte[] POINTER_START =
      "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);

  private FileFormats() {}

  /**
   * The layout of {@code source}. A file that breaks the rules of its container comes back as
   * opaque bytes with a warning that names offset and reason; only failing reads throw.
   *
   * @param path the file's path inside its model; its suffix tells a broken container from a file
   *     that never was one
   * @throws IOException if reading fails
   */
  public static FileLayout parse(String path, ByteSource source) throws IOException {
    Objects.requireNonNull(path);
    byte[] start = new byte[(int) Math.min(START_BYTES, source.size())];
    source.readFully(0, start, 0, start.length);
    String name = path.toLowerCase(Locale.ROOT);
    if (source.size() <= MAX_POINTER_BYTES && startsWith(start, POINTER_START)) {
      return new FileLayout("lfs-pointer", List.of(Segment.opaque(0, source.size())), "");
    }
    if (name.endsWith(".safetensors") || SafetensorsParser.looksLike(start, source.size())) {
      return layout("safetensors", source, SafetensorsParser::parse);
    }
    return FileLayout.opaque(source.size(), "");
  }

  private interface Parser {
    List<Segment> parse(ByteSource source) throws IOException;
  }

  private static FileLayout layout(String format, ByteSource source, Parser parser)
      throws IOException {
    try {
      return new FileLayout(format, parser.parse(source), "");
    } catch (MalformedInputException e) {
      return FileLayout.opaque(source.size(), "not " + format + ": " + e.getMessage());
    }
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }
}
