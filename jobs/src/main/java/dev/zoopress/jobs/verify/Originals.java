package dev.zoopress.jobs.verify;

import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.jobs.plan.ModelFinder;
import dev.zoopress.jobs.restore.Ticker;
import dev.zoopress.jobs.source.Content;
import dev.zoopress.jobs.source.Entry;
import dev.zoopress.jobs.source.ModelListing;
import dev.zoopress.jobs.source.ModelRef;
import dev.zoopress.jobs.source.Revision;
import dev.zoopress.jobs.source.SourceFile;
import dev.zoopress.jobs.source.SourceTree;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import dev.zoopress.jobs.verify.VerifyResult.Comparison;
import java.io.IOException;
import java.io.Serializable;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** Reads every file of a source and compares its SHA-256 with what the store says of it. */
final class Originals implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int READ_BYTES = 1 << 20;
  private static final int MAX_DIFFERENCES = 10_000;

  private final String uri;
  private final SourceTree.Layout layout;
  private final StoreAccess access;

  /** Published manifests by {@code model@revision}, and of each model's newest by {@code model}. */
  private final TreeMap<String, String> manifests = new TreeMap<>();

  /** A difference, or a content to be hashed and the digest that the store has by path. */
  private record Item(
      String difference, String model, Content content, TreeMap<String, String> expected)
      implements Serializable {
    long bytes() {
      return content == null ? -1 : content.stamp().sizeBytes();
    }
  }

  private record Seen(long files, long bytes, List<String> differences, long count)
      implements Serializable {}

  Originals(
      String uri,
      Configuration hadoop,
      StoreAccess access,
      List<RevisionRow> rows,
      List<Revisions.Ref> refs)
      throws IOException {
    SourceTree tree = SourceTree.open(uri, hadoop);
    this.uri = uri;
    this.layout = tree.layout();
    this.access = access;
    for (RevisionRow row : rows) {
      manifests.put(row.name(), row.manifest());
      manifests.put(row.model(), row.manifest());
    }
    for (Revisions.Ref ref : refs) {
      String manifest = manifests.get(ref.model() + "@" + ref.revision());
      if (ref.name().equals("main") && manifest != null) {
        manifests.put(ref.model(), manifest);
      }
    }
  }

  /**
   * @param wanted names of models; empty: all of the source
   */
  Comparison compare(JavaSparkContext sc, Ticker.Counters counters, List<String> wanted)
      throws IOException {
    SourceTree tree = SourceTree.open(uri, layout, access.hadoop().value().value());
    List<ModelRef> models =
        ModelFinder.find(sc, uri, tree, access.hadoop(), stray -> {}).stream()
            .filter(m -> wanted.isEmpty() || wanted.contains(m.name()))
            .toList();
    List<String> differences = new ArrayList<>();
    for (String name : wanted) {
      if (models.stream().noneMatch(m -> m.name().equals(name))) {
        differences.add(name + ": not in the source");
      }
    }
    int slots = 8 * sc.defaultParallelism();
    JavaRDD<Item> items =
        sc.parallelize(models, Math.max(1, Math.min(models.size(), slots)))
            .mapPartitions(this::list)
            .persist(StorageLevel.MEMORY_AND_DISK());
    long files = 0;
    long bytes = 0;
    long count = differences.size();
    try {
      for (Seen seen :
          items
              .sortBy(Item::bytes, false, slots)
              .zipWithIndex()
              .mapToPair(t -> new Tuple2<>((int) (t._2() % slots), t._1()))
              .partitionBy(new FilePlan.Dealer(slots))
              .map(Tuple2::_2)
              .mapPartitions(own -> hash(own, counters))
              .collect()) {
        files += seen.files();
        bytes += seen.bytes();
        count += seen.count();
        seen.differences().stream()
            .limit(Math.max(0, MAX_DIFFERENCES - differences.size()))
            .forEach(differences::add);
      }
    } finally {
      items.unpersist();
    }
    differences.sort(null);
    return new Comparison(tree.root(), files, bytes, differences, count);
  }

  private Iterator<Item> list(Iterator<ModelRef> models) throws IOException {
    List<Item> items = new ArrayList<>();
    SourceTree tree = SourceTree.open(uri, layout, access.hadoop().value().value());
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.unchecked(store);
      while (models.hasNext()) {
        list(tree.list(models.next()), repository, items);
      }
    }
    return items.iterator();
  }

  private void list(ModelListing listing, Repository repository, List<Item> items) {
    String model = listing.model().name();
    listing.problems().forEach(p -> items.add(difference(model + ": " + p)));
    Map<Integer, TreeMap<String, String>> expected = new HashMap<>();
    for (Revision revision : listing.revisions()) {
      String name = revision.commit().isEmpty() ? model : model + "@" + revision.commit();
      String manifest = manifests.get(name);
      if (manifest == null || manifest.isEmpty()) {
        items.add(difference(name + ": not in the store"));
        continue;
      }
      try {
        Map<String, FileEntry> stored = new HashMap<>();
        repository.manifest(manifest).files().forEach(f -> stored.put(f.path(), f));
        match(name, listing, revision, stored, expected, items);
      } catch (IOException e) {
        items.add(difference(name + ": " + e.getMessage()));
      }
    }
    expected.forEach(
        (content, digests) ->
            items.add(new Item("", model, listing.contents().get(content), digests)));
  }

  private static void match(
      String name,
      ModelListing listing,
      Revision revision,
      Map<String, FileEntry> stored,
      Map<Integer, TreeMap<String, String>> expected,
      List<Item> items) {
    for (Entry entry : revision.entries()) {
      FileEntry file = stored.remove(entry.path());
      long size = listing.contents().get(entry.content()).stamp().sizeBytes();
      if (file == null) {
        items.add(difference(name + "/" + entry.path() + ": not in the store"));
      } else if (file.sizeBytes() != size) {
        items.add(
            difference(
                name
                    + "/"
                    + entry.path()
                    + ": "
                    + size
                    + " bytes, in the store "
                    + file.sizeBytes()));
      } else {
        expected
            .computeIfAbsent(entry.content(), c -> new TreeMap<>())
            .put(name + "/" + entry.path(), file.sha256());
      }
    }
    for (String path : new TreeSet<>(stored.keySet())) {
      items.add(difference(name + "/" + path + ": not in the source"));
    }
  }

  private static Item difference(String text) {
    return new Item(text, "", null, null);
  }

  private Iterator<Seen> hash(Iterator<Item> items, Ticker.Counters counters) throws IOException {
    SourceTree tree = SourceTree.open(uri, layout, access.hadoop().value().value());
    byte[] buffer = new byte[READ_BYTES];
    List<String> differences = new ArrayList<>();
    long files = 0;
    long bytes = 0;
    long count = 0;
    while (items.hasNext()) {
      Item item = items.next();
      List<String> found = new ArrayList<>();
      if (item.content() == null) {
        found.add(item.difference());
      } else {
        String actual = sha256(tree, item.content(), buffer);
        files += item.expected().size();
        bytes += item.bytes();
        item.expected()
            .forEach(
                (path, expected) -> {
                  if (!Objects.equals(actual, expected)) {
                    found.add(path + ": SHA-256 is " + actual + ", in the store " + expected);
                  }
                });
        counters.add(item.bytes(), item.expected().size());
      }
      count += found.size();
      found.stream()
          .limit(Math.max(0, MAX_DIFFERENCES - differences.size()))
          .forEach(differences::add);
    }
    return List.of(new Seen(files, bytes, differences, count)).iterator();
  }

  /** The file's digest, or why there is none. */
  private static String sha256(SourceTree tree, Content content, byte[] buffer) {
    MessageDigest digest = Digests.sha256();
    try (SourceFile file = tree.open(content)) {
      for (long at = 0; at < file.size(); at += buffer.length) {
        int length = (int) Math.min(buffer.length, file.size() - at);
        file.readFully(at, buffer, 0, length);
        digest.update(buffer, 0, length);
      }
      file.checkUnchanged();
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      return "not known (" + e.getMessage() + ")";
    }
  }
}
