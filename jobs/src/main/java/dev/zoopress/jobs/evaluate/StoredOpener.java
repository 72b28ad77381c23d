package dev.zoopress.jobs.evaluate;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.pack.StoredFile;
import dev.zoopress.eval.compare.SideOpener;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.jobs.restore.OpenStore;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import java.io.EOFException;
import java.io.IOException;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** Opens a revision in a store; its files are decoded from packs as they are read. */
public final class StoredOpener implements SideOpener {
  @Override
  public ModelFiles open(String spec) throws IOException {
    Place.Stored place = Place.read(spec, Place.Stored.class);
    OpenStore store = new OpenStore(place.store(), Settings.of(place.conf()));
    try {
      return new Files(place, store, manifest(store, place.revision().manifest()));
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  static Manifest manifest(OpenStore store, String id) throws IOException {
    try {
      return store.manifest(id);
    } catch (ObjectNotFoundException e) {
      throw new CorruptContainerException("manifest " + id, 0, e.getMessage());
    }
  }

  private static final class Files implements ModelFiles {
    private final Place.Stored place;
    private final OpenStore store;
    private final SortedMap<String, FileEntry> entries = new TreeMap<>();
    private final SortedMap<String, Long> sizes = new TreeMap<>();

    Files(Place.Stored place, OpenStore store, Manifest manifest) {
      this.place = place;
      this.store = store;
      for (FileEntry file : manifest.files()) {
        entries.put(file.path(), file);
        sizes.put(file.path(), file.sizeBytes());
      }
    }

    @Override
    public String origin() {
      return place.store()
          + " "
          + place.revision().model()
          + "@"
          + place.revision().revision()
          + " (decoded)";
    }

    @Override
    public SortedMap<String, Long> sizes() {
      return Collections.unmodifiableSortedMap(sizes);
    }

    @Override
    public ByteSource open(String path) throws IOException {
      FileEntry file = entries.get(path);
      if (file == null) {
        throw new UnusableModelException(
            origin() + ": no " + path + "; a model is evaluated with its own files");
      }
      return new Checked(StoredFile.open(file, store.repository().packs(), store.cache()));
    }

    @Override
    public void close() throws IOException {
      store.close();
    }
  }

  /** What a published manifest names must be there: its absence is damage. */
  private record Checked(ByteSource file) implements ByteSource {
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
      } catch (ObjectNotFoundException | EOFException e) {
        throw new CorruptContainerException(file.name(), positionBytes, e.getMessage());
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
