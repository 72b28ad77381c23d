package dev.zoopress.jobs.zipnn;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Where converted files go: beside the original, or into a Hugging Face cache's blobs. */
interface Place {
  /** A path for {@code name}'s new content until it is complete, on the disk where it will lie. */
  Path scratch(String name) throws IOException;

  /** The file's content, links followed; for reading. */
  Path content(String name) throws IOException;

  /** Whether {@code name} is there, if only as a link that leads nowhere. */
  boolean exists(String name);

  /** Gives complete content its name, at once; replaces what was there. */
  void publish(Path scratch, String name) throws IOException;

  /** Removes a name, and its content when nothing else shows it. */
  void remove(String name) throws IOException;

  /** Replaces a small file by other content, at once. */
  void rewrite(String name, byte[] content) throws IOException;

  /**
   * Replaces names of files in the folder's weight index, if it has one that names any.
   *
   * @return whether something was replaced
   */
  default boolean renameInIndex(Map<String, String> names) throws IOException {
    boolean changed = false;
    for (String index :
        new String[] {"model.safetensors.index.json", "pytorch_model.bin.index.json"}) {
      if (exists(index)) {
        String before = WeightIndex.read(content(index));
        String after = WeightIndex.renamed(before, names);
        if (!after.equals(before)) {
          rewrite(index, after.getBytes(java.nio.charset.StandardCharsets.UTF_8));
          changed = true;
        }
      }
    }
    return changed;
  }
}
