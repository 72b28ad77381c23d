package dev.zoopress.jobs.zipnn;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** An ordinary folder of files. */
final class PlainPlace implements Place {
  private final Path folder;

  PlainPlace(Path folder) {
    this.folder = folder;
  }

  @Override
  public Path scratch(String name) {
    return folder.resolve(Leftovers.name(name));
  }

  @Override
  public Path content(String name) {
    return folder.resolve(name);
  }

  @Override
  public boolean exists(String name) {
    return Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public void publish(Path scratch, String name) throws IOException {
    Files.move(scratch, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    force(folder);
  }

  @Override
  public void remove(String name) throws IOException {
    Files.deleteIfExists(folder.resolve(name));
    force(folder);
  }

  @Override
  public void rewrite(String name, byte[] content) throws IOException {
    Path scratch = scratch(name);
    write(scratch, content);
    publish(scratch, name);
  }

  static void write(Path file, byte[] content) throws IOException {
    Files.write(file, content);
    force(file);
  }

  /** Forces a file, or a folder's names, to disk. */
  static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
