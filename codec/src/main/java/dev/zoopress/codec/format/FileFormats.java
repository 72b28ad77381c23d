package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import java.io.IOException;

/**
 * Turns a file into segments: recognises its container by content, and falls back to opaque bytes.
 */
public final class FileFormats {
  private FileFormats() {}

  /**
   * The layout of {@code source}. A file that breaks the rules of its container comes back as
   * opaque bytes with a warning that names offset and reason; only failing reads throw.
   *
   * @param path the file's path inside its model, used for hints such as an ONNX file's external
   *     data
   */
  public static FileLayout parse(String path, ByteSource source) throws IOException {
    return FileLayout.opaque(source.size(), "");
  }
}
