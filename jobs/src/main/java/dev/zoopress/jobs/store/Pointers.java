package dev.zoopress.jobs.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Pointers and refs: numbered objects of which the highest is the truth. */
final class Pointers {
  static final int MAX_BYTES = 1 << 16;

  /** A reader that lists while gc removes what was superseded looks again. */
  private static final int LOOKS = 20;

  interface Manifests {
    Manifest read(String id) throws IOException;
  }

  private interface Decoder<T> {
    T decode(String key, byte[] bytes) throws IOException;
  }

  /** {@code revision} is empty if the ref was deleted. */
  private record Ref(int n, String revision) {}

  static final String REF_KIND = "ref";

  private final ObjectStore store;

  Pointers(ObjectStore store) {
    this.store = store;
  }

  Optional<Pointer> highest(String model, String revision) throws IOException {
    return highest(
        Layout.revision(model, revision), (key, bytes) -> decode(key, bytes, model, revision));
  }

  private static Pointer decode(String key, byte[] bytes, String model, String revision)
      throws IOException {
    Pointer pointer = Pointer.decode(key, bytes);
    boolean placed = key.endsWith("/" + pointer.n() + ".json");
    if (!placed || !pointer.model().equals(model) || !pointer.revision().equals(revision)) {
      throw new CorruptContainerException(key, 0, "it belongs to another key");
    }
    return pointer;
  }

  private <T> Optional<T> highest(String folder, Decoder<T> decoder) throws IOException {
    for (int look = 0; ; look++) {
      int n = highestNumber(folder);
      if (n == 0) {
        return Optional.empty();
      }
      String key = Layout.numbered(folder, n);
      try {
        return Optional.of(store.get(key, MAX_BYTES, bytes -> decoder.decode(key, bytes)));
      } catch (ObjectNotFoundException e) {
        if (look == LOOKS) {
          throw e;
        }
      }
    }
  }

  private int highestNumber(String folder) throws IOException {
    int[] highest = {0};
    store.children(folder, name -> highest[0] = Math.max(highest[0], Layout.number(name)));
    return highest[0];
  }

  Publication publish(Pointer pointer, Manifests manifests) throws IOException {
    String folder = Layout.revision(pointer.model(), pointer.revision());
    Optional<Pointer> before = highest(pointer.model(), pointer.revision());
    if (before.isPresent() && before.get().n() == pointer.n() - 1 && !before.get().deleted()) {
      checkSuperset(before.get(), pointer, manifests);
    }
    String key = Layout.numbered(folder, pointer.n());
    if (before.isEmpty() && pointer.n() != 1
        || before.isPresent() && before.get().n() < pointer.n() - 1) {
      throw new IllegalArgumentException(key + ": the numbers before it are missing");
    }
    if (store.putIfAbsent(key, pointer.encode())) {
      // Late, its number may have been free only because gc removed what was superseded.
      return highestNumber(folder) == pointer.n() ? Publication.DONE : Publication.LOST;
    }
    Optional<Pointer> winner = read(key, pointer);
    if (winner.isEmpty()) {
      // Removed as superseded between the put and the look: the truth is further on.
      winner = highest(pointer.model(), pointer.revision());
    }
    if (winner.isPresent() && winner.get().deleted()) {
      return Publication.DELETED;
    }
    return winner.isPresent() && winner.get().manifest().equals(pointer.manifest())
        ? Publication.DONE
        : Publication.LOST;
  }

  private Optional<Pointer> read(String key, Pointer like) throws IOException {
    try {
      return Optional.of(
          store.get(key, MAX_BYTES, bytes -> decode(key, bytes, like.model(), like.revision())));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    }
  }

  private static void checkSuperset(Pointer before, Pointer after, Manifests manifests)
      throws IOException {
    if (before.manifest().equals(after.manifest())) {
      return;
    }
    Map<String, String> digests = new HashMap<>();
    for (FileEntry file : manifests.read(after.manifest()).files()) {
      digests.put(file.path(), file.sha256());
    }
    for (FileEntry file : manifests.read(before.manifest()).files()) {
      String now = digests.get(file.path());
      if (!file.sha256().equals(now)) {
        throw new ConflictException(
            after.model()
                + "@"
                + after.revision()
                + ": file '"
                + file.path()
                + "' is published with SHA-256 "
                + file.sha256()
                + (now == null ? " and would vanish" : " and would change to " + now)
                + "; a revision only gains files: publish the change as another revision");
      }
    }
  }

  Optional<String> ref(String model, String ref) throws IOException {
    return readRef(model, ref).map(Ref::revision).filter(r -> !r.isEmpty());
  }

  private Optional<Ref> readRef(String model, String ref) throws IOException {
    return highest(
        Layout.ref(model, ref),
        (key, bytes) -> {
          JsonNode body = Sealed.open(key, REF_KIND, bytes);
          long n = Sealed.count(key, body, "n");
          if (!Sealed.text(key, body, "model").equals(model)
              || !Sealed.text(key, body, "ref").equals(ref)
              || !key.endsWith("/" + n + ".json")) {
            throw new CorruptContainerException(key, 0, "it belongs to another key");
          }
          return new Ref((int) n, Sealed.text(key, body, "revision"));
        });
  }

  int refNumber(String model, String ref) throws IOException {
    return readRef(model, ref).map(Ref::n).orElse(0);
  }

  void setRef(String model, String ref, String revision) throws IOException {
    while (true) {
      Optional<Ref> before = readRef(model, ref);
      if (before.map(Ref::revision).orElse("").equals(revision)
          || putRef(model, ref, before.map(Ref::n).orElse(0) + 1, revision)) {
        return;
      }
    }
  }

  void setRef(String model, String ref, int seen, String revision) throws IOException {
    Optional<Ref> before = readRef(model, ref);
    if (before.map(Ref::n).orElse(0) == seen
        && !before.map(Ref::revision).orElse("").equals(revision)) {
      putRef(model, ref, seen + 1, revision);
    }
  }

  private boolean putRef(String model, String ref, int n, String revision) throws IOException {
    byte[] bytes =
        Sealed.seal(
            Sealed.body(REF_KIND)
                .put("model", model)
                .put("ref", ref)
                .put("n", n)
                .put("revision", revision));
    return store.putIfAbsent(Layout.numbered(Layout.ref(model, ref), n), bytes);
  }

  boolean delete(String model, String revision) throws IOException {
    for (String ref : names(each -> refs(model, each))) {
      if (ref(model, ref).filter(revision::equals).isPresent()) {
        setRef(model, ref, "");
      }
    }
    while (true) {
      Optional<Pointer> before = highest(model, revision);
      if (before.isEmpty() || before.get().deleted()) {
        return false;
      }
      Pointer gone = before.get().deletion();
      if (store.putIfAbsent(
          Layout.numbered(Layout.revision(model, revision), gone.n()), gone.encode())) {
        return true;
      }
    }
  }

  int delete(String model) throws IOException {
    for (String ref : names(each -> refs(model, each))) {
      setRef(model, ref, "");
    }
    int deleted = 0;
    for (String revision : names(each -> revisions(model, each))) {
      deleted += delete(model, revision) ? 1 : 0;
    }
    return deleted;
  }

  private interface Lister {
    void list(Consumer<String> each) throws IOException;
  }

  private static List<String> names(Lister lister) throws IOException {
    List<String> names = new ArrayList<>();
    lister.list(names::add);
    return names;
  }

  void models(Consumer<String> each) throws IOException {
    models("", each);
  }

  private void models(String begun, Consumer<String> each) throws IOException {
    List<String> longer = new ArrayList<>();
    store.children(
        Layout.MODELS + begun,
        segment -> {
          String name = KeyName.decode("model name", begun + segment);
          if (name != null) {
            each.accept(name);
          } else if (KeyName.continues(segment)) {
            longer.add(begun + segment + "/");
          }
        });
    for (String more : longer) {
      models(more, each);
    }
  }

  void revisions(String model, Consumer<String> each) throws IOException {
    decoded(Layout.model(model), each);
  }

  void superseded(String model, Consumer<ObjectInfo> each) throws IOException {
    Map<String, ObjectInfo> highest = new HashMap<>();
    store.list(
        Layout.model(model),
        object -> {
          int slash = object.key().lastIndexOf('/') + 1;
          String folder = object.key().substring(0, slash);
          if (number(object) > 0) {
            ObjectInfo before = highest.get(folder);
            boolean newer = before == null || number(before) < number(object);
            highest.put(folder, newer ? object : before);
            if (before != null) {
              each.accept(newer ? before : object);
            }
          }
        });
  }

  private static int number(ObjectInfo object) {
    return Layout.number(object.key().substring(object.key().lastIndexOf('/') + 1));
  }

  void refs(String model, Consumer<String> each) throws IOException {
    decoded(Layout.refs(model), each);
  }

  private void decoded(String folder, Consumer<String> each) throws IOException {
    store.children(
        folder,
        segment -> {
          String name = KeyName.decode("name", segment);
          if (name != null) {
            each.accept(name);
          }
        });
  }
}
