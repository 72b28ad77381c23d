package dev.zoopress.jobs.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes to put, which can be read again to compare. */
interface ObjectContent {
  InputStream open() throws IOException;

  long sizeBytes() throws IOException;

  static ObjectContent of(byte[] bytes) {
    return new ObjectContent() {
      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }

      @Override
      public long sizeBytes() {
        return bytes.length;
      }
    };
  }

  static ObjectContent of(Path file) {
    return new ObjectContent() {
      @Override
      public InputStream open() throws IOException {
        return Files.newInputStream(file);
      }

      @Override
      public long sizeBytes() throws IOException {
        return Files.size(file);
      }
    };
  }
}
