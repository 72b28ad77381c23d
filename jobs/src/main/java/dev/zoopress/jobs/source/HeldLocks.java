package dev.zoopress.jobs.source;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the blobs of a cache that somebody is downloading just now. The hub's client takes flock()
 * locks, which Java's own file locks do not see, so the kernel's table is read; where there is none
 * (not Linux, not a local disk) nothing counts as held, and the pinned state of each file protects.
 */
public final class HeldLocks {
  private static final Path KERNEL_LOCKS = Path.of("/proc/locks");
  private static final String ENDING = ".lock";

  private HeldLocks() {}

  /** The names of the held blobs of a model in the cache at {@code root}. */
  public static Set<String> of(String root, String modelDirectory) {
    try {
      Path locks =
          modelDirectory.isEmpty()
              ? Path.of(root).resolveSibling(".locks").resolve(Path.of(root).getFileName())
              : Path.of(root).resolve(".locks").resolve(modelDirectory);
      if (!Files.isDirectory(locks) || !Files.isReadable(KERNEL_LOCKS)) {
        return Set.of();
      }
      Set<String> inodes = new HashSet<>();
      for (String line : Files.readAllLines(KERNEL_LOCKS)) {
        // 1: FLOCK  ADVISORY  WRITE 4711 08:01:131 0 EOF
        for (String word : List.of(line.trim().split("\\s+"))) {
          String[] parts = word.split(":");
          if (parts.length == 3) {
            inodes.add(parts[2]);
          }
        }
      }
      return inodes.isEmpty() ? Set.of() : held(locks, inodes);
    } catch (IOException | InvalidPathException | UnsupportedOperationException e) {
      return Set.of();
    }
  }

  private static Set<String> held(Path locks, Set<String> inodes) throws IOException {
    Set<String> held = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(locks, "*" + ENDING)) {
      for (Path file : files) {
        if (inodes.contains(String.valueOf(Files.getAttribute(file, "unix:ino")))) {
          String name = file.getFileName().toString();
          held.add(name.substring(0, name.length() - ENDING.length()));
        }
      }
    }
    return held;
  }
}
