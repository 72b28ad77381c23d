package dev.zoopress.jobs.store;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pack or manifest as it lies in the store.
 *
 * @param id 64 hex digits
 * @param generation 0, or more where an earlier name of the same content had been condemned
 */
public record StoredObject(String key, String id, int generation, long sizeBytes)
    implements Serializable {
  private static final Pattern NAME =
      Pattern.compile("([0-9a-f]{64})(?:\\.([1-9][0-9]?))?(\\.zpk|\\.json\\.zst)");

  /** The folders that hold packs and manifests, at most 512. */
  public static List<String> folders(Repository repository) throws IOException {
    List<String> folders = new ArrayList<>();
    for (String top : List.of(Layout.PACKS, Layout.MANIFESTS)) {
      repository
          .store()
          .children(
              top,
              name -> {
                if (name.matches("[0-9a-f]{2}")) {
                  folders.add(top + name + "/");
                }
              });
    }
    return folders;
  }

  /** Hands over the packs or manifests of one folder; what has another name is none of ours. */
  public static void list(Repository repository, String folder, Consumer<StoredObject> each)
      throws IOException {
    String end = folder.startsWith(Layout.PACKS) ? Layout.PACK_END : Layout.MANIFEST_END;
    repository
        .store()
        .list(
            folder,
            object -> {
              Matcher name = NAME.matcher(object.key().substring(folder.length()));
              if (name.matches()
                  && name.group(3).equals(end)
                  && folder.endsWith("/" + name.group(1).substring(0, 2) + "/")) {
                int generation = name.group(2) == null ? 0 : Integer.parseInt(name.group(2));
                each.accept(
                    new StoredObject(object.key(), name.group(1), generation, object.sizeBytes()));
              }
            });
  }
}
