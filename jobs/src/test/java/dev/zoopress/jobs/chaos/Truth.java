package dev.zoopress.jobs.chaos;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.StoredFile;
import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.RepositoryNotFoundException;
import dev.zoopress.jobs.store.StoredObject;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** What a store holds, found without the code that collects garbage. */
final class Truth {
  /** Published revisions as {@code model@revision}, each with the digest of every file. */
  final Map<String, Map<String, String>> revisions = new TreeMap<>();

  /** Packs and manifests that are there. */
  final List<StoredObject> objects = new ArrayList<>();

  /** Ids that published revisions need. */
  final Set<String> needed = new HashSet<>();

  private Truth() {}

  /** Reads every byte of every published revision; fails where one cannot be had. */
  static Truth read(String uri, Configuration conf) throws IOException {
    Truth truth = new Truth();
    try (ObjectStore store = Stores.open(uri, conf)) {
      truth.look(Repository.open(store));
    } catch (RepositoryNotFoundException e) {
      return truth;
    }
    return truth;
  }

  private void look(Repository repository) throws IOException {
    List<String> models = new ArrayList<>();
    repository.models(models::add);
    Map<String, String> digests = new HashMap<>();
    for (String model : models) {
      List<String> names = new ArrayList<>();
      repository.revisions(model, names::add);
      for (String revision : names) {
        Optional<Pointer> pointer = repository.pointer(model, revision);
        if (pointer.isPresent() && !pointer.get().deleted()) {
          Manifest manifest = repository.manifest(pointer.get().manifest());
          needed.add(pointer.get().manifest());
          needed.addAll(manifest.packs());
          revisions.put(model + "@" + revision, files(repository, manifest, digests));
        }
      }
    }
    for (String folder : StoredObject.folders(repository)) {
      StoredObject.list(repository, folder, objects::add);
    }
  }

  private static Map<String, String> files(
      Repository repository, Manifest manifest, Map<String, String> digests) throws IOException {
    Map<String, String> files = new TreeMap<>();
    for (FileEntry file : manifest.files()) {
      String key = file.sha256() + file.segments();
      if (!digests.containsKey(key)) {
        byte[] bytes = new byte[(int) file.sizeBytes()];
        try (StoredFile stored =
            new StoredFile(file, repository.packs(), new ChunkCache(1 << 24))) {
          stored.readFully(0, bytes, 0, bytes.length);
        }
        digests.put(key, SmallStore.sha256(bytes));
      }
      if (!digests.get(key).equals(file.sha256())) {
        throw new AssertionError(file.path() + ": wrong bytes");
      }
      files.put(file.path(), file.sha256());
    }
    return files;
  }
}
