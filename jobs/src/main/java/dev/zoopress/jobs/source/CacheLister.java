package dev.zoopress.jobs.source;

import dev.zoopress.codec.manifest.FilePaths;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Lists a model of a Hugging Face cache, {@code models--org--name/{blobs,refs,snapshots}}: each
 * blob once, each snapshot as a revision. Snapshots hold links to blobs, or real files where the
 * system has no links.
 */
final class CacheLister {
  private static final int MAX_REF_BYTES = 256;
  private static final String PREFIX = "models--";

  private final SourceFiles files;
  private final ModelRef model;
  private final List<String> problems = new ArrayList<>();
  private final TreeSet<String> notes = new TreeSet<>();
  private final Map<String, Content> contents = new TreeMap<>();
  private final Map<String, List<Found>> snapshots = new TreeMap<>();
  private final Map<String, String> refs = new TreeMap<>();

  private record Found(String path, String contentPath) {}

  private CacheLister(SourceFiles files, ModelRef model) {
    this.files = files;
    this.model = model;
  }

  /** True for the name of a model's directory in a cache. */
  static boolean isModelDirectory(String name) {
    return name.startsWith(PREFIX) && name.length() > PREFIX.length();
  }

  /** The model's name: {@code models--org--name} is {@code org/name}. */
  static String modelName(String directoryName) {
    return directoryName.substring(PREFIX.length()).replace("--", "/");
  }

  static ModelListing list(SourceFiles files, ModelRef model) {
    return new CacheLister(files, model).list();
  }

  private ModelListing list() {
    String base = model.directory().isEmpty() ? "" : model.directory() + "/";
    try {
      Set<String> held = HeldLocks.of(files.root(), model.directory());
      for (Node commit : files.list(base + "snapshots", this::problem)) {
        if (commit.kind() != Node.Kind.DIRECTORY || !commit.name().matches("[0-9a-f]{40}")) {
          notes.add(
              "snapshots/" + commit.name() + ": left out, not named by a commit of 40 hex digits");
          continue;
        }
        snapshots.put(commit.name(), new ArrayList<>());
        walk(commit.name(), "", commit.path(), base + "blobs/", held, 0);
      }
    } catch (IOException e) {
      problem("snapshots: cannot be listed (" + TreeLister.describe(e) + ")");
    }
    try {
      readRefs("", base + "refs");
    } catch (NoSuchFileException | FileNotFoundException e) {
      // A cache filled by commit hash alone has no refs.
    } catch (IOException e) {
      notes.add("refs: left out, they cannot be listed (" + TreeLister.describe(e) + ")");
    }
    return listing();
  }

  private ModelListing listing() {
    List<Content> sorted = new ArrayList<>(contents.values());
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < sorted.size(); i++) {
      numbers.put(sorted.get(i).path(), i);
    }
    List<Revision> revisions = new ArrayList<>();
    snapshots.forEach(
        (commit, found) -> {
          List<Entry> entries = new ArrayList<>();
          for (Found f : found) {
            entries.add(new Entry(f.path, numbers.get(f.contentPath), ""));
          }
          entries.sort(Comparator.comparing(Entry::path));
          if (!entries.isEmpty()) {
            revisions.add(new Revision(commit, entries));
          }
        });
    if (revisions.isEmpty() && problems.isEmpty()) {
      problem("the cache holds no complete snapshot of it: download it again");
    }
    Map<String, String> known = new TreeMap<>(refs);
    known.values().retainAll(snapshots.keySet());
    refs.forEach(
        (ref, commit) -> {
          if (!known.containsKey(ref)) {
            notes.add("refs/" + ref + ": left out, there is no snapshot of " + commit);
          }
        });
    return new ModelListing(
        model,
        sorted,
        revisions,
        known,
        List.copyOf(problems),
        notes.stream().limit(ModelListing.MAX_PROBLEMS).toList());
  }

  private void walk(
      String commit, String shownAs, String directory, String blobs, Set<String> held, int depth)
      throws IOException {
    if (depth > 32) {
      problem(shownAs + ": directories are nested deeper than 32");
      return;
    }
    for (Node node : files.list(directory, this::problem)) {
      String path = shownAs.isEmpty() ? node.name() : shownAs + "/" + node.name();
      switch (node.kind()) {
        case DIRECTORY -> walk(commit, path, node.path(), blobs, held, depth + 1);
        case FILE -> add(commit, path, node);
        case LINK -> {
          try {
            Node end = files.follow(node);
            if (end.kind() != Node.Kind.FILE) {
              problem(path + ": the link does not lead to a file");
            } else if (end.path().startsWith(blobs) && held.contains(end.name())) {
              notes.add(path + ": left out, it is being downloaded: run compress again after that");
            } else {
              add(commit, path, end);
            }
          } catch (IOException e) {
            problem(path + ": " + e.getMessage() + ": download it again");
          }
        }
        case SPECIAL -> problem(path + ": neither file, directory nor link: remove it");
      }
    }
  }

  private void add(String commit, String path, Node file) {
    int slash = file.path().lastIndexOf('/');
    boolean blob = slash >= 0 && file.path().substring(0, slash).endsWith("blobs");
    String name = file.name();
    boolean named = blob && name.matches("[0-9a-f]{40}|[0-9a-f]{64}");
    contents.putIfAbsent(file.path(), new Content(file.path(), file.stamp(), named ? name : ""));
    snapshots.get(commit).add(new Found(path, file.path()));
  }

  private void readRefs(String shownAs, String directory) throws IOException {
    for (Node node : files.list(directory, this::problem)) {
      String ref = shownAs.isEmpty() ? node.name() : shownAs + "/" + node.name();
      if (node.kind() == Node.Kind.DIRECTORY) {
        readRefs(ref, node.path());
      } else if (node.kind() == Node.Kind.FILE) {
        String problem = FilePaths.problem(ref);
        if (problem == null) {
          problem = readRef(ref, node);
        }
        if (problem != null) {
          notes.add("refs/" + ref + ": left out, it " + problem);
        }
      }
    }
  }

  /** Takes the ref, or returns why it cannot: a client that died while writing leaves it empty. */
  private String readRef(String ref, Node node) {
    try {
      String commit =
          new String(files.readSmall(node.path(), MAX_REF_BYTES), StandardCharsets.UTF_8).strip();
      if (!commit.matches("[0-9a-f]{40}")) {
        return "does not hold a commit of 40 hex digits";
      }
      refs.put(ref, commit);
      return null;
    } catch (IOException e) {
      return "cannot be read (" + TreeLister.describe(e) + ")";
    }
  }

  private void problem(String what) {
    if (problems.size() < ModelListing.MAX_PROBLEMS) {
      problems.add(what);
    }
  }
}
