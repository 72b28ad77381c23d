package dev.zoopress.jobs.compress;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A local file that says where it lies when its disk is full. */
final class SpoolFile extends FilterOutputStream {
  private final Path file;

  SpoolFile(Path file) throws IOException {
    super(Files.newOutputStream(file));
    this.file = file;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw new IOException(
          file
              + ": a pack cannot be written here before it goes into the store ("
              + e.getMessage()
              + "): make room there and run again, what is done is kept",
          e);
    }
  }
}
