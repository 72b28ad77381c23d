package dev.zoopress.jobs.evaluate;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.eval.compare.SideOpener;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.jobs.source.Content;
import dev.zoopress.jobs.source.SourceChangedException;
import dev.zoopress.jobs.source.SourceFile;
import dev.zoopress.jobs.source.SourceTree;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** Opens a model of the source as it was listed; what changed since is that model's error. */
public final class OriginalOpener implements SideOpener {
  @Override
  public ModelFiles open(String spec) throws IOException {
    Place.Original place = Place.read(spec, Place.Original.class);
    SourceTree source = SourceTree.open(place.source(), place.layout(), Settings.of(place.conf()));
    return new Files(place, source);
  }

  private static final class Files implements ModelFiles {
    private final Place.Original place;
    private final SourceTree source;
    private final SortedMap<String, Long> sizes = new TreeMap<>();

    Files(Place.Original place, SourceTree source) {
      this.place = place;
      this.source = source;
      place.files().forEach((path, content) -> sizes.put(path, content.stamp().sizeBytes()));
    }

    @Override
    public String origin() {
      return source.root() + (place.directory().isEmpty() ? "" : "/" + place.directory());
    }

    @Override
    public SortedMap<String, Long> sizes() {
      return Collections.unmodifiableSortedMap(sizes);
    }

    @Override
    public ByteSource open(String path) throws IOException {
      Content content = place.files().get(path);
      if (content == null) {
        throw new UnusableModelException(
            origin() + ": no " + path + "; a model is evaluated with its own files");
      }
      try {
        return new Pinned(path, source.open(content));
      } catch (IOException e) {
        throw usable(path, e);
      }
    }
  }

  private static IOException usable(String path, IOException e) {
    if (e instanceof SourceChangedException) {
      return new UnusableModelException(
          "original " + e.getMessage().replace("run compress again", "evaluate again"), e);
    }
    return e instanceof AccessDeniedException || e instanceof NoSuchFileException
        ? new UnusableModelException("original " + path + ": cannot be read: " + e, e)
        : e;
  }

  private record Pinned(String path, SourceFile file) implements ByteSource {
    @Override
    public String name() {
      return file.name();
    }

    @Override
    public long size() {
      return file.size();
    }

    @Override
    public void readFully(long positionBytes, byte[] target, int offset, int length)
        throws IOException {
      try {
        file.readFully(positionBytes, target, offset, length);
      } catch (IOException e) {
        throw usable(path, e);
      }
    }

    @Override
    public void close() throws IOException {
      try (SourceFile closing = file) {
        closing.checkUnchanged();
      } catch (IOException e) {
        throw usable(path, e);
      }
    }
  }
}
