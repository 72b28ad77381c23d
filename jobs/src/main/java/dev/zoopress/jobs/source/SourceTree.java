package dev.zoopress.jobs.source;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;

/**
 * A source: which models there are, what each consists of, and their bytes. One instance per driver
 * or task; safe for use by several threads.
 */
public final class SourceTree {
  /** How a source is laid out. */
  public enum Layout {
    /** The source is one model directory. */
    MODEL,
    /** Directories {@code name} or {@code org/name}. */
    TREE,
    /** A Hugging Face cache. */
    HF_CACHE
  }

  private final SourceFiles files;
  private final Layout layout;

  private SourceTree(SourceFiles files, Layout layout) {
    this.files = files;
    this.layout = layout;
  }

  /**
   * Opens a source and recognises its layout.
   *
   * @param source Hadoop URI or local path
   * @throws IOException if it is not there or cannot be listed
   */
  public static SourceTree open(String source, Configuration conf) throws IOException {
    SourceFiles files = files(source, conf);
    return new SourceTree(files, layout(files));
  }

  /** Opens a source whose layout is known already: without a request. */
  public static SourceTree open(String source, Layout layout, Configuration conf)
      throws IOException {
    return new SourceTree(files(source, conf), layout);
  }

  private static SourceFiles files(String source, Configuration conf) throws IOException {
    boolean uri = source.matches("[A-Za-z][A-Za-z0-9+.-]+:/.*");
    if (!uri) {
      return new LocalFiles(Path.of(source));
    }
    if (source.toLowerCase(Locale.ROOT).startsWith("file:")) {
      String path = source.contains("%") ? URI.create(source).getPath() : source.substring(5);
      return new LocalFiles(Path.of(path.replaceFirst("^/+", "/")));
    }
    return new HadoopFiles(source, conf);
  }

  private static Layout layout(SourceFiles files) throws IOException {
    List<Node> top = files.list("", problem -> {});
    if (ModelFiles.showStore(top)) {
      throw new IOException(
          files.root() + ": a store, not a source of models; restore brings its files back");
    }
    if (top.stream().anyMatch(ModelFiles::recognised)) {
      return Layout.MODEL;
    }
    boolean cache =
        top.stream()
                .anyMatch(
                    n -> n.kind() == Node.Kind.DIRECTORY && CacheLister.isModelDirectory(n.name()))
            || (CacheLister.isModelDirectory(rootName(files))
                && top.stream().anyMatch(n -> n.name().equals("snapshots")));
    return cache ? Layout.HF_CACHE : Layout.TREE;
  }

  private static String rootName(SourceFiles files) {
    String root = files.root();
    return root.substring(root.lastIndexOf('/') + 1);
  }

  /** Where the source lies, the same for every way to write it. */
  public String root() {
    return files.root();
  }

  public Layout layout() {
    return layout;
  }

  /**
   * The directories from which {@link #models} finds all models; one listing, for the driver.
   *
   * @param strays receives files that belong to no model
   */
  public List<String> topDirectories(Consumer<String> strays) throws IOException {
    if (layout == Layout.MODEL
        || (layout == Layout.HF_CACHE && CacheLister.isModelDirectory(rootName(files)))) {
      return List.of("");
    }
    List<String> directories = new ArrayList<>();
    for (Node node : files.list("", strays)) {
      Node.Kind kind = kind(node);
      if (kind != Node.Kind.DIRECTORY) {
        strays.accept(node.path() + ": a file outside of any model");
      } else if (layout == Layout.HF_CACHE && !CacheLister.isModelDirectory(node.name())) {
        if (!node.name().startsWith(".")) {
          strays.accept(node.path() + ": not a model of the cache");
        }
      } else if (node.name().startsWith(".")) {
        strays.accept(node.path() + ": a hidden directory");
      } else {
        directories.add(node.path());
      }
    }
    return directories;
  }

  /** The models at or directly below one of {@link #topDirectories}. */
  public List<ModelRef> models(String topDirectory, Consumer<String> strays) throws IOException {
    if (layout == Layout.HF_CACHE) {
      String name = topDirectory.isEmpty() ? rootName(files) : topDirectory;
      return List.of(new ModelRef(CacheLister.modelName(name), topDirectory));
    }
    if (layout == Layout.MODEL) {
      return List.of(new ModelRef(rootName(files), ""));
    }
    List<Node> nodes = files.list(topDirectory, strays);
    if (ModelFiles.showStore(nodes)) {
      strays.accept(topDirectory + ": a store, not a model");
      return List.of();
    }
    if (nodes.stream().anyMatch(ModelFiles::recognised)) {
      return List.of(new ModelRef(topDirectory, topDirectory));
    }
    List<ModelRef> models = new ArrayList<>();
    for (Node node : nodes) {
      if (kind(node) == Node.Kind.DIRECTORY) {
        models.add(new ModelRef(node.path(), node.path()));
      } else {
        strays.accept(node.path() + ": a file outside of any model");
      }
    }
    return models;
  }

  private Node.Kind kind(Node node) {
    if (node.kind() != Node.Kind.LINK) {
      return node.kind();
    }
    try {
      return files.follow(node).kind();
    } catch (IOException e) {
      return Node.Kind.SPECIAL;
    }
  }

  /** Everything a model consists of; what is wrong with it is part of the answer. */
  public ModelListing list(ModelRef model) {
    return layout == Layout.HF_CACHE
        ? CacheLister.list(files, model)
        : TreeLister.list(files, model);
  }

  /**
   * Opens the bytes of a content, pinned to the state that was listed.
   *
   * @throws SourceChangedException if they changed or vanished since
   */
  public SourceFile open(Content content) throws IOException {
    return files.open(content.path(), content.stamp());
  }

  /**
   * Opens what a content holds: of most files the same bytes, of a ZipNN file that can be made
   * again, what was compressed. {@link SourceFile#layout} is that of these bytes.
   *
   * @throws SourceChangedException if they changed or vanished since
   */
  public SourceFile openUnfolded(Content content) throws IOException {
    SourceFile file = open(content);
    try {
      return Unfolding.of(files.root(), content, file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }
}
