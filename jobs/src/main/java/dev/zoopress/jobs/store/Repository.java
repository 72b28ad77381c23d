package dev.zoopress.jobs.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.ManifestFormat;
import dev.zoopress.codec.pack.PackSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** A repository in an object store: typed reads and writes by the layout. Thread-safe. */
public final class Repository {
  static final String KIND = "repository";
  private static final int MAX_ROOT_BYTES = 1 << 16;

  private final ObjectStore store;
  private final String id;
  private final Contents packs;
  private final Contents manifests;
  private final Pointers pointers;

  private Repository(ObjectStore store, String id) {
    this.store = store;
    this.id = id;
    Condemned condemned = new Condemned(store);
    this.packs = new Contents(store, condemned, Layout::pack);
    this.manifests = new Contents(store, condemned, Layout::manifest);
    this.pointers = new Pointers(store);
  }

  /** Opens the repository in this store and makes one first where there is none. */
  public static Repository create(ObjectStore store) throws IOException {
    if (!isIn(store)) {
      store.putIfAbsent(
          Layout.ROOT, Sealed.seal(Sealed.body(KIND).put("id", UUID.randomUUID().toString())));
    }
    return open(store);
  }

  /** True if there is a repository in this store, of whatever version and however damaged. */
  public static boolean isIn(ObjectStore store) throws IOException {
    return store.size(Layout.ROOT).isPresent();
  }

  /**
   * Opens the repository in this store.
   *
   * @throws RepositoryNotFoundException if there is none
   * @throws dev.zoopress.codec.UnsupportedVersionException if a newer version made it
   * @throws dev.zoopress.codec.CorruptContainerException if {@code zoopress.json} is damaged
   */
  public static Repository open(ObjectStore store) throws IOException {
    JsonNode body;
    try {
      body = store.get(Layout.ROOT, MAX_ROOT_BYTES, bytes -> Sealed.open(Layout.ROOT, KIND, bytes));
    } catch (ObjectNotFoundException e) {
      throw new RepositoryNotFoundException(store.name());
    }
    return new Repository(store, Sealed.text(Layout.ROOT, body, "id"));
  }

  /** The repository in this store without a look at {@code zoopress.json}; its id is not known. */
  public static Repository unchecked(ObjectStore store) {
    return new Repository(store, "");
  }

  public ObjectStore store() {
    return store;
  }

  /** Random, given once when the repository was made. */
  public String id() {
    return id;
  }

  /** Opens packs for reading; their bytes are not checked beyond what the reader checks. */
  public PackSource packs() {
    return packs::open;
  }

  /**
   * Stores a pack under its id and takes over the file. The run is made to hold it first, so that
   * gc leaves it alone until the run ends.
   *
   * @return false if it was there
   */
  public boolean putPack(Run run, String packId, Path file) throws IOException {
    run.pin(packId);
    return packs.put(packId, key -> store.putIfAbsent(key, file));
  }

  /**
   * True if the pack is there and will stay as long as the run that holds it. Pin it first, ask
   * then: in the other order gc may come between.
   */
  public boolean packStays(String packId) throws IOException {
    return packs.stays(packId);
  }

  /**
   * Stores a manifest, held by the run, and returns its id.
   *
   * @throws IllegalArgumentException if no reader would take it, as of a file below another file
   */
  public String putManifest(Run run, Manifest manifest) throws IOException {
    byte[] bytes = ManifestFormat.encode(manifest);
    String manifestId = ManifestFormat.id(bytes);
    try {
      ManifestFormat.decode("the new manifest", bytes);
    } catch (CorruptContainerException e) {
      throw new IllegalArgumentException(e.reason() + ": rename or remove it", e);
    }
    run.pin(manifestId);
    manifests.put(manifestId, key -> store.putIfAbsent(key, bytes));
    return manifestId;
  }

  /** Stores manifests, held by the run with one object, and returns their ids in order. */
  public List<String> putManifests(Run run, List<Manifest> all, InFlight inFlight)
      throws IOException {
    if (all.isEmpty()) {
      return List.of();
    }
    List<byte[]> encoded = inFlight.map(all, ManifestFormat::encode);
    List<String> ids = encoded.stream().map(ManifestFormat::id).toList();
    run.pin(ids);
    manifests.refresh();
    Map<String, byte[]> once = new LinkedHashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      once.put(ids.get(i), encoded.get(i));
    }
    inFlight.map(
        List.copyOf(once.keySet()),
        id -> manifests.putFresh(id, key -> store.putIfAbsent(key, once.get(id))));
    return ids;
  }

  /** Reads a manifest and checks that its bytes have this id. */
  public Manifest manifest(String manifestId) throws IOException {
    try (ByteSource source = manifests.open(manifestId)) {
      if (source.size() > ManifestFormat.MAX_STORED_BYTES) {
        throw new CorruptContainerException(
            source.name(), source.size(), "no manifest is that long");
      }
      byte[] bytes = new byte[(int) source.size()];
      source.readFully(0, bytes, 0, bytes.length);
      if (!ManifestFormat.id(bytes).equals(manifestId)) {
        // Once more: a bit may have turned on its way.
        source.readFully(0, bytes, 0, bytes.length);
      }
      return manifest(Layout.manifest(manifestId, 0), manifestId, bytes);
    }
  }

  static Manifest manifest(String key, String manifestId, byte[] bytes) throws IOException {
    String id = ManifestFormat.id(bytes);
    if (!id.equals(manifestId)) {
      throw new CorruptContainerException(key, 0, "its SHA-256 is " + id);
    }
    return ManifestFormat.decode(key, bytes);
  }

  /** Length of a pack that is there. */
  public long packBytes(String packId) throws IOException {
    try (ByteSource source = packs.open(packId)) {
      return source.size();
    }
  }

  /** Length of a manifest that is there. */
  public long manifestBytes(String manifestId) throws IOException {
    try (ByteSource source = manifests.open(manifestId)) {
      return source.size();
    }
  }

  /** Hands over the objects of a revision's pointers, superseded ones too. */
  public void pointerObjects(String model, String revision, Consumer<ObjectInfo> each)
      throws IOException {
    store.list(Layout.revision(model, revision), each);
  }

  /** The truth about a revision: its highest pointer, which may say deleted; empty: never seen. */
  public Optional<Pointer> pointer(String model, String revision) throws IOException {
    return pointers.highest(model, revision);
  }

  /**
   * Publishes a revision as {@code pointer.n()}, which must be one more than the highest pointer
   * (or 1) that the caller planned with. Tried once with exactly this n, so that a repetition which
   * comes late can do no harm: it finds n taken, or stays below the truth.
   *
   * @return {@link Publication#DONE} also where an earlier try had done it
   * @throws ConflictException if files of the revision would change or vanish
   */
  public Publication publish(Pointer pointer) throws IOException {
    return pointers.publish(pointer, this::manifest);
  }

  /** The revision that a ref names; empty if there is no such ref or it was deleted. */
  public Optional<String> ref(String model, String ref) throws IOException {
    return pointers.ref(model, ref);
  }

  /** Makes a ref name this revision; the last call wins. */
  public void setRef(String model, String ref, String revision) throws IOException {
    pointers.setRef(model, ref, revision);
  }

  /** How often a ref was set or deleted; 0: never. */
  public int refNumber(String model, String ref) throws IOException {
    return pointers.refNumber(model, ref);
  }

  /**
   * Makes a ref name this revision, unless somebody set or deleted it since {@link #refNumber} was
   * {@code seen}: a run that wakes up late turns nothing back.
   */
  public void setRef(String model, String ref, int seen, String revision) throws IOException {
    pointers.setRef(model, ref, seen, revision);
  }

  /** Hands over every model name, deleted ones too, in no promised order, without reading them. */
  public void models(Consumer<String> each) throws IOException {
    pointers.models(each);
  }

  /** Hands over the names of a model's revisions, deleted ones too. */
  public void revisions(String model, Consumer<String> each) throws IOException {
    pointers.revisions(model, each);
  }

  /** Hands over the names of a model's refs, deleted ones too. */
  public void refs(String model, Consumer<String> each) throws IOException {
    pointers.refs(model, each);
  }

  /** Hands over the pointers and refs of a model that later ones have replaced. */
  public void superseded(String model, Consumer<ObjectInfo> each) throws IOException {
    pointers.superseded(model, each);
  }

  /**
   * Takes the lease of work that must have the repository's objects for itself: gc, optimize.
   *
   * @throws LeaseHeldException if another process does such work
   */
  public Lease exclusive(String runId, String purpose, Clock clock) throws IOException {
    return Lease.take(store, Layout.GARBAGE + "lease/", runId, purpose, clock);
  }

  /** Who has, or last had, the lease of {@link #exclusive}. */
  public Optional<Lease.State> exclusive(Clock clock) throws IOException {
    return Lease.look(store, Layout.GARBAGE + "lease/", clock);
  }

  /**
   * Unpublishes one revision by a pointer that says so, after the refs that name it: a reader sees
   * the revision whole or not at all. Bytes are freed by gc.
   *
   * @return false if it was not published
   */
  public boolean delete(String model, String revision) throws IOException {
    return pointers.delete(model, revision);
  }

  /**
   * Unpublishes every revision of a model: first all refs, so that nobody finds one by name any
   * more, then one revision after the other, each at once. Broken off, a repetition goes on.
   *
   * @return how many revisions were published
   */
  public int delete(String model) throws IOException {
    return pointers.delete(model);
  }
}
