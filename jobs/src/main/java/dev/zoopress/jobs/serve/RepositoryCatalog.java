package dev.zoopress.jobs.serve;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The published revisions of a repository; keeps the manifests that were asked for last. */
final class RepositoryCatalog implements Catalog {
  private static final int MAX_SNAPSHOTS = 64;
  private static final String COMMIT = "[0-9a-f]{40}";

  private final Repository repository;
  private final Map<String, Snapshot> snapshots =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Snapshot> eldest) {
          return size() > MAX_SNAPSHOTS;
        }
      };

  RepositoryCatalog(Repository repository) {
    this.repository = repository;
  }

  @Override
  public void models(Consumer<String> each) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    repository.models(names::add);
    for (String name : names) {
      try {
        if (exists(name)) {
          each.accept(name);
        }
      } catch (CorruptContainerException | UnsupportedVersionException e) {
        // Whoever asks for the model itself is told.
      }
    }
  }

  @Override
  public boolean exists(String model) throws IOException {
    if (isNoName(model)) {
      return false;
    }
    List<String> revisions = new ArrayList<>();
    repository.revisions(model, revisions::add);
    for (String revision : revisions) {
      Optional<Pointer> pointer = repository.pointer(model, revision);
      if (pointer.isPresent() && !pointer.get().deleted()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Optional<Snapshot> find(String model, String revision) throws IOException {
    if (isNoName(model) || revision.isEmpty()) {
      return Optional.empty();
    }
    String name = revision.equals("HEAD") ? "main" : revision;
    if (name.startsWith("refs/heads/")) {
      name = name.substring("refs/heads/".length());
    }
    Optional<String> commit =
        name.matches(COMMIT) ? Optional.of(name) : repository.ref(model, name);
    if (commit.isEmpty() && !name.matches(COMMIT)) {
      commit = repository.ref(model, "tags/" + name);
    }
    if (commit.isEmpty()) {
      return Optional.empty();
    }
    Optional<Pointer> pointer = repository.pointer(model, commit.get());
    if (pointer.isEmpty() || pointer.get().deleted()) {
      return Optional.empty();
    }
    return Optional.of(snapshot(model, commit.get(), pointer.get().manifest()));
  }

  private Snapshot snapshot(String model, String commit, String manifest) throws IOException {
    String key = model + "@" + commit + "@" + manifest;
    synchronized (snapshots) {
      Snapshot known = snapshots.get(key);
      if (known != null) {
        return known;
      }
    }
    Snapshot fresh = Snapshot.of(model, commit, repository.manifest(manifest));
    synchronized (snapshots) {
      snapshots.put(key, fresh);
    }
    return fresh;
  }

  @Override
  public Map<String, String> refs(String model) throws IOException {
    List<String> names = new ArrayList<>();
    repository.refs(model, names::add);
    Map<String, String> refs = new TreeMap<>();
    for (String name : names) {
      repository.ref(model, name).ifPresent(commit -> refs.put(name, commit));
    }
    return refs;
  }

  /**
   * Whether a client's text cannot be a model's name; the repository refuses such names as a
   * caller's bug.
   */
  private static boolean isNoName(String model) {
    String[] parts = model.split("/", -1);
    if (parts.length > 2) {
      return true;
    }
    for (String part : parts) {
      if (part.isEmpty() || part.equals(".") || part.equals("..") || part.length() > 200) {
        return true;
      }
    }
    return false;
  }
}
