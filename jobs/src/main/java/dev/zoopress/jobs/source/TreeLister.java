package dev.zoopress.jobs.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Lists a model that is a plain directory: all files below it, links followed and remembered. */
final class TreeLister {
  /** Deeper than any real model, and less than what a loop of bind mounts could produce. */
  private static final int MAX_DEPTH = 64;

  /** Links to folders that hold links to folders show exponentially many files. */
  private static final int MAX_FOLDER_LINKS = 10_000;

  private final SourceFiles files;
  private final ModelRef model;
  private final List<String> problems = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<String, Stamp> contents = new TreeMap<>();
  private final List<Found> found = new ArrayList<>();
  private final Set<String> ancestors = new HashSet<>();
  private int folderLinks;

  private record Found(String path, String contentPath, String linkText) {}

  private TreeLister(SourceFiles files, ModelRef model) {
    this.files = files;
    this.model = model;
  }

  static ModelListing list(SourceFiles files, ModelRef model) {
    return new TreeLister(files, model).list();
  }

  private ModelListing list() {
    walk("", model.directory(), 0);
    List<Content> sorted = new ArrayList<>();
    Map<String, Integer> numbers = new HashMap<>();
    contents.forEach(
        (path, stamp) -> {
          numbers.put(path, sorted.size());
          sorted.add(new Content(path, stamp, ""));
        });
    List<Entry> entries = new ArrayList<>();
    for (Found f : found) {
      entries.add(new Entry(f.path, numbers.get(f.contentPath), f.linkText));
    }
    entries.sort(Comparator.comparing(Entry::path));
    if (entries.isEmpty() && problems.isEmpty()) {
      problems.add("there are no files: remove the directory or fill it");
    }
    return new ModelListing(
        model,
        sorted,
        List.of(new Revision("", entries)),
        Map.of(),
        List.copyOf(problems),
        List.copyOf(notes));
  }

  private void walk(String shownAs, String directory, int depth) {
    if (depth > MAX_DEPTH) {
      problem(shownAs, "directories are nested deeper than " + MAX_DEPTH);
      return;
    }
    if (!ancestors.add(directory)) {
      problem(shownAs, "the link leads in a circle: remove it");
      return;
    }
    try {
      List<Node> nodes = files.list(directory, name -> problem("", name));
      if (depth > 0 && ModelFiles.showStore(nodes)) {
        notes.add(shownAs + ": left out, it is a store");
        nodes = List.of();
      }
      for (Node node : nodes) {
        String path = shownAs.isEmpty() ? node.name() : shownAs + "/" + node.name();
        visit(path, node, "", depth);
      }
    } catch (IOException e) {
      problem(shownAs, "cannot be listed (" + describe(e) + "): check permissions");
    }
    ancestors.remove(directory);
  }

  private void visit(String path, Node node, String linkText, int depth) {
    switch (node.kind()) {
      case DIRECTORY -> walk(path, node.path(), depth + 1);
      case FILE -> {
        contents.put(node.path(), node.stamp());
        found.add(new Found(path, node.path(), linkText));
      }
      case LINK -> {
        try {
          Node end = files.follow(node);
          if (end.kind() == Node.Kind.DIRECTORY && ++folderLinks > MAX_FOLDER_LINKS) {
            throw new IOException("there are more than " + MAX_FOLDER_LINKS + " links to folders");
          }
          visit(path, end, node.linkText(), depth);
        } catch (IOException e) {
          problem(path, e.getMessage() + ": repair or remove it");
        }
      }
      case SPECIAL -> problem(path, "neither file, directory nor link: remove it");
    }
  }

  private void problem(String path, String what) {
    if (problems.size() < ModelListing.MAX_PROBLEMS) {
      problems.add(path.isEmpty() ? what : path + ": " + what);
    }
  }

  static String describe(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.toString();
  }
}
