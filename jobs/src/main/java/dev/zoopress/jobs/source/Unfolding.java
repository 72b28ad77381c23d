package dev.zoopress.jobs.source;

import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.zipnn.UnfoldedSource;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Opens files of ZipNN as what they hold, so that their tensors are the same chunks as a plain
 * model's. Only those that come back byte for byte: to know it, each is read once, by the first
 * task of a process that opens it.
 */
final class Unfolding {
  private static final int MAX_KNOWN = 10_000;
  private static final Map<Known, Boolean> EXACT = new ConcurrentHashMap<>();

  private Unfolding() {}

  private record Known(String root, Content content) {}

  /** What {@code file} holds, or the file itself. */
  static SourceFile of(String root, Content content, SourceFile file) throws IOException {
    Optional<UnfoldedSource> unfolded = UnfoldedSource.of(file);
    if (unfolded.isEmpty()) {
      return file;
    }
    Known key = new Known(root, content);
    Boolean exact = EXACT.get(key);
    if (exact == null) {
      exact = unfolded.get().isExact();
      file.checkUnchanged();
      if (EXACT.size() >= MAX_KNOWN) {
        EXACT.clear();
      }
      EXACT.put(key, exact);
    }
    return exact ? new Unfolded(file, unfolded.get()) : file;
  }

  private record Unfolded(SourceFile original, UnfoldedSource content) implements SourceFile {
    @Override
    public String name() {
      return original.name();
    }

    @Override
    public long size() {
      return content.size();
    }

    @Override
    public void readFully(long positionBytes, byte[] target, int offset, int length)
        throws IOException {
      content.readFully(positionBytes, target, offset, length);
    }

    @Override
    public FileLayout layout(String path) throws IOException {
      return content.layout(path);
    }

    @Override
    public void checkUnchanged() throws IOException {
      original.checkUnchanged();
    }

    @Override
    public void close() throws IOException {
      content.close();
      original.close();
    }
  }
}
