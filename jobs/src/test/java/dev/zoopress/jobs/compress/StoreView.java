package dev.zoopress.jobs.compress;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.StoredFile;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** Looks into a store the way a reader does. */
public final class StoreView {
  private final String store;

  public StoreView(Path store) {
    this.store = store.toString();
  }

  private interface Look<T> {
    T at(ObjectStore objects, Repository repository) throws IOException;
  }

  private <T> T look(Look<T> look) throws IOException {
    try (ObjectStore objects = Stores.open(store, new Configuration())) {
      return look.at(objects, Repository.open(objects));
    }
  }

  /** Every object outside runs/ and index/ and its size. */
  public Map<String, Long> objects() throws IOException {
    return look(
        (objects, repository) -> {
          Map<String, Long> found = new TreeMap<>();
          objects.list(
              "",
              o -> {
                String key = o.key();
                if (!key.startsWith("runs/")
                    && !key.startsWith("index/")
                    && !key.equals("zoopress.json")) {
                  found.put(key, o.sizeBytes());
                }
              });
          return found;
        });
  }

  public long packBytes() throws IOException {
    return objects().entrySet().stream()
        .filter(e -> e.getKey().startsWith("packs/"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  public List<String> models() throws IOException {
    return look(
        (objects, repository) -> {
          List<String> models = new ArrayList<>();
          repository.models(models::add);
          models.sort(null);
          return models;
        });
  }

  public Manifest manifest(String model, String revision) throws IOException {
    return look(
        (objects, repository) ->
            repository.manifest(repository.pointer(model, revision).orElseThrow().manifest()));
  }

  /** The files of a model's newest revision, decoded. */
  public Map<String, byte[]> files(String model) throws IOException {
    String main = look((objects, repository) -> repository.ref(model, "main").orElseThrow());
    return files(model, main);
  }

  public Map<String, byte[]> files(String model, String revision) throws IOException {
    Manifest manifest = manifest(model, revision);
    return look(
        (objects, repository) -> {
          Map<String, byte[]> files = new TreeMap<>();
          for (FileEntry file : manifest.files()) {
            byte[] bytes = new byte[(int) file.sizeBytes()];
            try (StoredFile stored =
                new StoredFile(file, repository.packs(), new ChunkCache(1 << 26))) {
              stored.readFully(0, bytes, 0, bytes.length);
            }
            files.put(file.path(), bytes);
          }
          return files;
        });
  }
}
