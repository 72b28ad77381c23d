package dev.zoopress.jobs.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zoopress.codec.manifest.FileEntry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeSet;

/** The JSON that hub clients read. */
final class HubDocuments {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private HubDocuments() {}

  /** Name of a file's content in a client's cache, without quotes. */
  static String etag(FileEntry file) {
    return file.lfs() || file.gitSha1().isEmpty() ? file.sha256() : file.gitSha1();
  }

  static ObjectNode info(Snapshot snapshot) {
    ObjectNode info = JSON.objectNode();
    info.put("_id", hash(snapshot.model()).substring(0, 24));
    info.put("id", snapshot.model());
    info.put("modelId", snapshot.model());
    info.put("sha", snapshot.commit());
    info.put("private", false);
    info.put("gated", false);
    info.put("disabled", false);
    info.put("downloads", 0);
    info.put("likes", 0);
    info.putArray("tags");
    ArrayNode siblings = info.putArray("siblings");
    for (FileEntry file : snapshot.files().values()) {
      siblings.addObject().put("rfilename", file.path()).put("size", file.sizeBytes());
    }
    return info;
  }

  static ObjectNode refs(Map<String, String> refs) {
    ObjectNode document = JSON.objectNode();
    ArrayNode branches = document.putArray("branches");
    ArrayNode tags = document.putArray("tags");
    document.putArray("converts");
    refs.forEach(
        (name, commit) -> {
          boolean tag = name.startsWith("tags/");
          String shortName = tag ? name.substring(5) : name;
          (tag ? tags : branches)
              .addObject()
              .put("name", shortName)
              .put("ref", (tag ? "refs/tags/" : "refs/heads/") + shortName)
              .put("targetCommit", commit);
        });
    return document;
  }

  /**
   * Files and folders of {@code folder}, itself without '/' at its end; null where there is no such
   * folder.
   */
  static ArrayNode tree(Snapshot snapshot, String folder, TreeDetail detail) {
    String prefix = folder.isEmpty() ? "" : folder + "/";
    Map<String, FileEntry> below = snapshot.below(prefix);
    if (below.isEmpty() && !folder.isEmpty()) {
      return null;
    }
    ArrayNode entries = JSON.arrayNode();
    TreeSet<String> folders = new TreeSet<>();
    below.forEach(
        (path, file) -> {
          int slash = path.indexOf('/', prefix.length());
          while (slash >= 0) {
            if (folders.add(path.substring(0, slash))) {
              entries.add(folder(snapshot, path.substring(0, slash), detail));
            }
            slash = detail.recursive() ? path.indexOf('/', slash + 1) : -1;
          }
          if (detail.recursive() || path.indexOf('/', prefix.length()) < 0) {
            entries.add(file(snapshot, file, detail));
          }
        });
    return entries;
  }

  /** The entry of one path, file or folder; null where there is neither. */
  static ObjectNode entry(Snapshot snapshot, String path, TreeDetail detail) {
    FileEntry file = snapshot.files().get(path);
    if (file != null) {
      return file(snapshot, file, detail);
    }
    return path.isEmpty() || snapshot.below(path + "/").isEmpty()
        ? null
        : folder(snapshot, path, detail);
  }

  private static ObjectNode file(Snapshot snapshot, FileEntry file, TreeDetail detail) {
    ObjectNode entry = JSON.objectNode();
    entry.put("type", "file").put("path", file.path()).put("size", file.sizeBytes());
    if (file.lfs() || file.gitSha1().isEmpty()) {
      String pointer =
          "version https://git-lfs.github.com/spec/v1\noid sha256:"
              + file.sha256()
              + "\nsize "
              + file.sizeBytes()
              + "\n";
      entry.put("oid", hash("blob " + pointer.length() + "\0" + pointer));
      entry
          .putObject("lfs")
          .put("oid", file.sha256())
          .put("size", file.sizeBytes())
          .put("pointerSize", pointer.length());
    } else {
      entry.put("oid", file.gitSha1());
    }
    return withCommit(entry, snapshot, detail);
  }

  private static ObjectNode folder(Snapshot snapshot, String path, TreeDetail detail) {
    ObjectNode entry = JSON.objectNode();
    entry.put("type", "directory").put("path", path).put("size", 0);
    entry.put("oid", hash("tree " + snapshot.commit() + "\0" + path));
    return withCommit(entry, snapshot, detail);
  }

  private static ObjectNode withCommit(ObjectNode entry, Snapshot snapshot, TreeDetail detail) {
    if (detail.expand()) {
      entry
          .putObject("lastCommit")
          .put("id", snapshot.commit())
          .put("title", "as stored")
          .put("date", "1970-01-01T00:00:00.000Z");
    }
    return entry;
  }

  private static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How much of a tree to show: all levels, and the commit that last touched an entry. */
  record TreeDetail(boolean recursive, boolean expand) {}
}
