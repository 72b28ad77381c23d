package dev.zoopress.jobs.verify;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.compress.Progress;
import dev.zoopress.jobs.inspect.StoreSizes;
import dev.zoopress.jobs.restore.Ticker;
import dev.zoopress.jobs.store.ObjectInfo;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import scala.Tuple2;

/**
 * Turns single bits of a store, one after the other, and checks the object that each lies in with
 * the tasks of {@code verify --full}: {@code BitFlips STORE COUNT SEED}. Nine of ten bits are drawn
 * from all bytes outside runs/, every tenth from the objects that are no packs, so that each kind
 * is met. Afterwards the damage found is given to what names the models that it touches, and that
 * is compared with what the manifests say. Exit 1 if a flip was not found, or others were blamed.
 */
public final class BitFlips {
  /** Beside its frame, the whole pack of every so manieth flip is checked. */
  private static final int WHOLE_EVERY = 20;

  private final Path folder;
  private final StoreAccess access;
  private final Ticker ticker;
  private final Random random;
  private final List<ObjectInfo> objects = new ArrayList<>();
  private final List<ObjectInfo> small = new ArrayList<>();
  private final Map<String, Set<PackRefs.Ref>> refs = new HashMap<>();
  private final FlipTargets targets;
  private final Map<String, int[]> table = new TreeMap<>();
  private final List<Damage> found = new ArrayList<>();
  private final List<Set<String>> touched = new ArrayList<>();
  private final List<Integer> touchedFiles = new ArrayList<>();
  private int missed;

  private BitFlips(Path folder, long seed) throws IOException {
    this.folder = folder;
    this.access = StoreAccess.of(TestSpark.session(), folder.toString());
    this.ticker = new Ticker(TestSpark.session().sparkContext(), Progress.NONE, "", 0, 0);
    this.random = new Random(seed);
    try (ObjectStore store = access.open()) {
      store.list("", objects::add);
      objects.removeIf(o -> o.key().startsWith("runs/") || o.sizeBytes() == 0);
      objects.stream().filter(o -> !o.key().startsWith("packs/")).forEach(small::add);
      targets = new FlipTargets(Repository.open(store));
    }
    new PackRefs(access, PackRefs.Detail.CHUNKS)
        .call(targets.rows().stream().map(RevisionRow::manifest).distinct().iterator())
        .forEachRemaining(r -> refs.computeIfAbsent(r._1(), id -> new HashSet<>()).add(r._2()));
  }

  public static void main(String[] args) throws Exception {
    TestSpark.session().sparkContext().setLogLevel("OFF");
    BitFlips flips = new BitFlips(Path.of(args[0]), Long.parseLong(args[2]));
    int count = Integer.parseInt(args[1]);
    for (int i = 0; i < count; i++) {
      flips.flip(i);
      if ((i + 1) % 500 == 0) {
        System.out.printf("%d flips, %d missed%n", i + 1, flips.missed);
      }
    }
    boolean same = flips.blame();
    flips.print();
    System.exit(flips.missed == 0 && same ? 0 : 1);
  }

  /** An object, each byte as likely as any other. */
  private ObjectInfo anywhere() {
    long at = random.nextLong(objects.stream().mapToLong(ObjectInfo::sizeBytes).sum());
    for (ObjectInfo object : objects) {
      at -= object.sizeBytes();
      if (at < 0) {
        return object;
      }
    }
    throw new IllegalStateException();
  }

  private void flip(int number) throws IOException {
    ObjectInfo object = number % 10 == 9 ? small.get(random.nextInt(small.size())) : anywhere();
    long at = random.nextLong(object.sizeBytes());
    int bit = 1 << random.nextInt(8);
    List<Damage> damage;
    FlipTargets.Frame frame = null;
    String where = StoreSizes.area(object.key());
    turn(object.key(), at, bit);
    try {
      if (object.key().startsWith("packs/")) {
        frame = targets.frame(packId(object.key()), at);
        where = frame == null ? "packs, header or index" : "packs, frames";
        damage = frame == null ? List.of() : decode(frame);
        if (damage.isEmpty() || number % WHOLE_EVERY == 0) {
          List<Damage> whole = pack(object);
          if (whole.isEmpty()) {
            damage = List.of();
          } else if (damage.isEmpty()) {
            damage = whole;
          }
        }
      } else {
        damage = small(object);
      }
    } finally {
      turn(object.key(), at, bit);
    }
    int[] row = table.computeIfAbsent(where, w -> new int[4]);
    row[0]++;
    List<Damage> here = damage.stream().filter(d -> d.key().equals(object.key())).toList();
    if (here.isEmpty()) {
      missed++;
      System.out.println("MISSED " + object.key() + " byte " + at + " bit " + bit + ": " + damage);
      return;
    }
    row[1]++;
    note(object, here, frame);
  }

  private void note(ObjectInfo object, List<Damage> damage, FlipTargets.Frame frame) {
    Set<String> names = new TreeSet<>();
    int files = 0;
    if (frame != null) {
      names.addAll(frame.files().keySet());
      files = frame.fileCount();
    } else if (object.key().startsWith("manifests/")) {
      for (RevisionRow row : targets.revisions(object.key().substring(13, 77))) {
        names.add(row.name());
        files += (int) row.files();
      }
    } else {
      return;
    }
    // Where the whole pack is all that tells, no frame is named.
    Damage first = damage.get(0);
    if (frame != null && first.offsetBytes() < frame.start()) {
      return;
    }
    found.add(first);
    touched.add(names);
    touchedFiles.add(files);
  }

  private void turn(String key, long at, int bit) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(key).toFile(), "rw")) {
      file.seek(at);
      int old = file.read();
      file.seek(at);
      file.write(old ^ bit);
    }
  }

  private List<Damage> decode(FlipTargets.Frame frame) throws IOException {
    Tally tally = new Tally();
    try (ObjectStore store = access.open()) {
      ChunkCheck check = new ChunkCheck(Repository.unchecked(store), tally);
      for (ChunkEntry chunk : frame.chunks().values()) {
        check.chunk(chunk);
      }
    }
    return List.copyOf(tally.damage());
  }

  private List<Damage> pack(ObjectInfo object) throws IOException {
    String id = packId(object.key());
    Tuple2<Iterable<ObjectInfo>, Iterable<PackRefs.Ref>> pack =
        new Tuple2<>(List.of(object), refs.getOrDefault(id, Set.of()));
    List<Damage> damage = new ArrayList<>();
    new PackTask(access, VerifyOptions.Mode.FULL, ticker.counters())
        .call(List.of(new Tuple2<>(id, pack)).iterator())
        .forEachRemaining(tally -> damage.addAll(tally.damage()));
    return damage;
  }

  private List<Damage> small(ObjectInfo object) throws IOException {
    List<Damage> damage = new ArrayList<>();
    new SmallObjects(access)
        .call(List.of(object).iterator())
        .forEachRemaining(tally -> damage.addAll(tally.damage()));
    return damage;
  }

  private static String packId(String key) {
    return key.substring(9, 73);
  }

  /** Whether verify names exactly the revisions that need what was hit, and counts their files. */
  private boolean blame() throws IOException {
    List<Set<String>> named = new ArrayList<>();
    long[] files = new long[found.size()];
    found.forEach(d -> named.add(new TreeSet<>()));
    new Impact(found)
        .of(access, targets.rows().iterator())
        .forEachRemaining(
            t -> {
              named.get(t._1()).add(t._2().revision());
              files[t._1()] += t._2().files();
            });
    int wrong = 0;
    for (int i = 0; i < found.size(); i++) {
      if (!named.get(i).equals(touched.get(i)) || files[i] != touchedFiles.get(i)) {
        wrong++;
        System.out.printf(
            "BLAMED %s: %d files of %s, not %d of %s%n",
            found.get(i), files[i], named.get(i), touchedFiles.get(i), touched.get(i));
      }
    }
    System.out.printf("%d with models and files named, %d wrong%n", found.size(), wrong);
    return wrong == 0;
  }

  private void print() {
    System.out.println("| where | flips | found |");
    table.forEach((where, row) -> System.out.printf("| %s | %d | %d |%n", where, row[0], row[1]));
    int[] models = touched.stream().mapToInt(Set::size).sorted().toArray();
    int[] files = touchedFiles.stream().mapToInt(Integer::intValue).sorted().toArray();
    System.out.printf(
        "of %d revisions, %d files: a flip touches revisions median %d, most %d; files median %d,"
            + " most %d%n",
        targets.rows().size(),
        targets.files(),
        models[models.length / 2],
        models[models.length - 1],
        files[files.length / 2],
        files[files.length - 1]);
  }
}
