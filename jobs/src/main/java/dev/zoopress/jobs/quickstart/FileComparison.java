package dev.zoopress.jobs.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Two folders compared file by file, byte by byte, by nothing but the file system.
 *
 * @param files files of the first folder
 * @param different what is not equal, or only on one side; sorted
 */
public record FileComparison(int files, List<String> different) {
  public FileComparison {
    different = List.copyOf(different);
  }

  /** Reads all of both. */
  public static FileComparison of(Path original, Path copy) throws IOException {
    SortedSet<String> expected = files(original);
    SortedSet<String> all = new TreeSet<>(expected);
    all.addAll(files(copy));
    List<String> different = new ArrayList<>();
    for (String file : all) {
      Path one = original.resolve(file);
      Path two = copy.resolve(file);
      if (!Files.exists(one) || !Files.exists(two) || Files.mismatch(one, two) != -1) {
        different.add(file);
      }
    }
    return new FileComparison(expected.size(), different);
  }

  private static SortedSet<String> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return new TreeSet<>();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
