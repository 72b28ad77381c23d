package dev.zoopress.jobs.inspect;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What is published of one model, in order of revision. */
public final class Published {
  private final String model;
  private final List<Pointer> pointers;
  private final TreeMap<String, String> refs;

  private Published(String model, List<Pointer> pointers, TreeMap<String, String> refs) {
    this.model = model;
    this.pointers = pointers;
    this.refs = refs;
  }

  /** Reads pointers and refs; a model whose revisions were all deleted has none. */
  public static Published of(Repository repository, String model) throws IOException {
    Set<String> revisions = new TreeSet<>();
    repository.revisions(model, revisions::add);
    List<Pointer> pointers = new ArrayList<>();
    for (String revision : revisions) {
      Optional<Pointer> pointer = repository.pointer(model, revision);
      if (pointer.isPresent() && !pointer.get().deleted()) {
        pointers.add(pointer.get());
      }
    }
    Set<String> names = new TreeSet<>();
    if (!pointers.isEmpty()) {
      repository.refs(model, names::add);
    }
    TreeMap<String, String> refs = new TreeMap<>();
    for (String name : names) {
      repository.ref(model, name).ifPresent(revision -> refs.put(name, revision));
    }
    return new Published(model, pointers, refs);
  }

  /** Names of all models, sorted. */
  public static List<String> models(Repository repository) throws IOException {
    List<String> names = new ArrayList<>();
    repository.models(names::add);
    names.sort(null);
    return names;
  }

  public String model() {
    return model;
  }

  public List<Pointer> pointers() {
    return pointers;
  }

  /** Names of the refs that name this revision. */
  public List<String> refsTo(String revision) {
    return refs.entrySet().stream()
        .filter(e -> e.getValue().equals(revision))
        .map(java.util.Map.Entry::getKey)
        .toList();
  }

  /** What {@code refs/main} names, else the last one. */
  public String newest() {
    String main = refs.get("main");
    boolean there = pointers.stream().anyMatch(p -> p.revision().equals(main));
    return there ? main : pointers.get(pointers.size() - 1).revision();
  }

  /**
   * Passes each file once: what several revisions hold under one path, and links to other files,
   * come from one file of the source.
   */
  public void files(Repository repository, Consumer<FileEntry> each) throws IOException {
    Set<String> seen = new HashSet<>();
    Set<String> manifests = new HashSet<>();
    for (Pointer pointer : pointers) {
      if (manifests.add(pointer.manifest())) {
        Manifest manifest = repository.manifest(pointer.manifest());
        for (FileEntry file : manifest.files()) {
          if (file.linkTarget().isEmpty() && seen.add(file.path() + "\0" + file.sha256())) {
            each.accept(file);
          }
        }
      }
    }
  }
}
