package dev.zoopress.eval.model;

import dev.zoopress.codec.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The regular files below a local folder; links are followed, as loaders do. */
public final class FolderFiles implements ModelFiles {
  private final Path folder;
  private final SortedMap<String, Long> sizes;

  private FolderFiles(Path folder, SortedMap<String, Long> sizes) {
    this.folder = folder;
    this.sizes = sizes;
  }

  /**
   * The files of {@code folder} as they are now.
   *
   * @throws UnusableModelException if it is no folder
   */
  public static FolderFiles of(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new UnusableModelException(folder + ": no such folder; give a model's folder");
    }
    SortedMap<String, Long> sizes = new TreeMap<>();
    Path real = folder.toRealPath();
    try (Stream<Path> all = Files.walk(real)) {
      for (Path path : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        sizes.put(real.relativize(path).toString().replace('\\', '/'), Files.size(path));
      }
    }
    return new FolderFiles(folder, Collections.unmodifiableSortedMap(sizes));
  }

  @Override
  public String origin() {
    try {
      return folder.toRealPath().toUri().toString();
    } catch (IOException e) {
      return folder.toUri().toString();
    }
  }

  @Override
  public SortedMap<String, Long> sizes() {
    return sizes;
  }

  @Override
  public ByteSource open(String path) throws IOException {
    if (!sizes.containsKey(path)) {
      throw new UnusableModelException(
          folder + ": no " + path + "; a model is evaluated with its own files");
    }
    return new FileSource(folder.resolve(path));
  }
}
