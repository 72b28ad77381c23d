package dev.zoopress.jobs.zipnn;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Scratch files, named by the process that writes them, so that another can tell who died. */
final class Leftovers {
  private static final String ENDING = ".zoopress-tmp";
  private static final Pattern NAME =
      Pattern.compile("\\.[0-9a-f]{8}-([0-9]{1,18})" + Pattern.quote(ENDING) + "(\\.data)?");

  private Leftovers() {}

  /** A fresh name for a scratch file of this process. */
  static String name(String forName) {
    String random =
        UUID.nameUUIDFromBytes(
                (forName + UUID.randomUUID()).getBytes(java.nio.charset.StandardCharsets.UTF_8))
            .toString()
            .substring(0, 8);
    return "." + random + "-" + ProcessHandle.current().pid() + ENDING;
  }

  /** Removes what processes that no longer run left in {@code folder}. */
  static void clean(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING + "*")) {
      for (Path file : files) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
