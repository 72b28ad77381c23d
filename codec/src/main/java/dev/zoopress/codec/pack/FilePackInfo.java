package dev.zoopress.codec.pack;

import dev.zoopress.codec.manifest.FileEntry;
import java.util.List;

/**
 * A pack of one file.
 *
 * @param file the file's entry: name, size, SHA-256, segments
 * @param packBytes length of the pack
 * @param frames its frames
 * @param warning why the file was taken as opaque although its name promised a container; empty
 *     where all is well, and when a pack is read
 */
public record FilePackInfo(FileEntry file, long packBytes, List<PackFrame> frames, String warning) {
  public FilePackInfo {
    frames = List.copyOf(frames);
  }
}
