package dev.zoopress.jobs.verify;

import static dev.zoopress.jobs.compress.SmallZoo.safetensors;
import static dev.zoopress.jobs.compress.SmallZoo.tensors;
import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.StoredFile;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.cli.Called;
import dev.zoopress.jobs.compress.Progress;
import dev.zoopress.jobs.restore.Layout;
import dev.zoopress.jobs.restore.OpenStore;
import dev.zoopress.jobs.restore.Selection;
import dev.zoopress.jobs.restore.StoredRevision;
import dev.zoopress.jobs.restore.Ticker;
import dev.zoopress.jobs.store.ObjectInfo;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/**
 * Every byte of a small store outside runs/ is changed once: {@code verify --full} says so, and
 * readers never give other bytes. The tasks of verify are called as its job does, object by object:
 * a job for each byte would take hours.
 */
final class FlippedByteTest {
  @TempDir Path dir;
  private Path store;
  private StoreAccess access;
  private Ticker ticker;
  private final Map<String, byte[]> originals = new TreeMap<>();

  private void fill() throws IOException {
    Path zoo = dir.resolve("zoo");
    byte[] tied = weights(1, 90);
    file(zoo, "one/config.json", "{\"a\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    file(zoo, "one/model.safetensors", safetensors(tensors("a", tied, "b", weights(2, 17))));
    file(zoo, "two/model.safetensors", safetensors(tensors("a", tied, "zero", new byte[400])));
    write(zoo.resolve("gone/config.json"), "{\"deleted\": true}");
    TestSpark.session();
    store = dir.resolve("store");
    Called called = Called.json("compress", zoo, "--store", store);
    assertThat(called.code()).as(called.err() + called.out()).isZero();
    // A model that is deleted again leaves a pointer that says so, and gc a list of its objects.
    assertThat(Called.zoopress("delete", "gone", "--store", store, "--yes").code()).isZero();
    assertThat(Called.zoopress("gc", "--store", store).code()).isZero();
  }

  private void file(Path zoo, String path, byte[] bytes) throws IOException {
    write(zoo.resolve(path), bytes);
    originals.put(path, bytes);
  }

  /** Every object outside runs/. */
  private List<ObjectInfo> objects() throws IOException {
    List<ObjectInfo> objects = new ArrayList<>();
    try (OpenStore open = new OpenStore(store.toString(), new Configuration())) {
      open.objects().list("", objects::add);
    }
    objects.removeIf(o -> o.key().startsWith("runs/"));
    // Of the tables, all made alike, the smallest file.
    Predicate<ObjectInfo> table = o -> o.key().startsWith("index/tables/");
    objects.stream()
        .filter(table)
        .min(Comparator.comparingLong(ObjectInfo::sizeBytes).thenComparing(ObjectInfo::key))
        .ifPresent(kept -> objects.removeIf(table.and(o -> !o.equals(kept))));
    objects.sort(Comparator.comparing(ObjectInfo::key));
    return objects;
  }

  /** What the manifests refer to, by pack. */
  private Map<String, Set<PackRefs.Ref>> refs(List<ObjectInfo> objects) throws IOException {
    Map<String, Set<PackRefs.Ref>> refs = new HashMap<>();
    List<String> manifests =
        objects.stream()
            .map(ObjectInfo::key)
            .filter(k -> k.startsWith("manifests/"))
            .map(k -> k.substring(13, 77))
            .toList();
    new PackRefs(access, PackRefs.Detail.CHUNKS)
        .call(manifests.iterator())
        .forEachRemaining(r -> refs.computeIfAbsent(r._1(), id -> new HashSet<>()).add(r._2()));
    return refs;
  }

  /** What restore reads: pointers, refs, manifests, packs. Returns the files that came back. */
  private Map<String, byte[]> read(List<String> damage) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (OpenStore open = new OpenStore(store.toString(), new Configuration())) {
      Selection selection = Selection.of(open.repository(), List.of(), Layout.PLAIN);
      selection.damaged().forEach((model, why) -> damage.add(why.getMessage()));
      for (StoredRevision revision : selection.revisions()) {
        try {
          for (FileEntry file : open.manifest(revision.manifest()).files()) {
            byte[] bytes = new byte[(int) file.sizeBytes()];
            try (StoredFile stored =
                new StoredFile(file, open.repository().packs(), new ChunkCache(0))) {
              stored.readFully(0, bytes, 0, bytes.length);
              files.put(revision.model() + "/" + file.path(), bytes);
            } catch (CorruptContainerException | UnsupportedVersionException | EOFException e) {
              damage.add(e.getMessage());
            }
          }
        } catch (CorruptContainerException | UnsupportedVersionException e) {
          damage.add(e.getMessage());
        }
      }
    } catch (CorruptContainerException | UnsupportedVersionException e) {
      damage.add(e.getMessage());
    }
    return files;
  }

  /** What the tasks of {@code verify --full} find wrong with one object. */
  private List<Damage> verify(ObjectInfo object, Map<String, Set<PackRefs.Ref>> refs)
      throws IOException {
    List<Damage> damage = new ArrayList<>();
    String key = object.key();
    if (key.startsWith("packs/")) {
      String id = key.substring(9, 73);
      Tuple2<Iterable<ObjectInfo>, Iterable<PackRefs.Ref>> pack =
          new Tuple2<>(List.of(object), refs.get(id));
      new PackTask(access, VerifyOptions.Mode.FULL, ticker.counters())
          .call(List.of(new Tuple2<>(id, pack)).iterator())
          .forEachRemaining(tally -> damage.addAll(tally.damage()));
    } else {
      new SmallObjects(access)
          .call(List.of(object).iterator())
          .forEachRemaining(tally -> damage.addAll(tally.damage()));
    }
    return damage;
  }

  @Test
  void isReportedAndGivesNoWrongBytes() throws IOException {
    fill();
    access = StoreAccess.of(TestSpark.session(), store.toString());
    ticker = new Ticker(TestSpark.session().sparkContext(), Progress.NONE, "", 0, 0);
    List<ObjectInfo> objects = objects();
    Map<String, Set<PackRefs.Ref>> refs = refs(objects);
    for (String area :
        List.of("zoopress", "packs", "manifests", "models", "index/tables", "gc/1/con")) {
      assertThat(objects).as(area).anyMatch(o -> o.key().startsWith(area));
    }
    assertThat(objects.stream().mapToLong(ObjectInfo::sizeBytes).sum()).isLessThan(32 << 10);
    List<String> none = new ArrayList<>();
    assertThat(read(none).keySet()).isEqualTo(originals.keySet());
    assertThat(none).isEmpty();
    Random random = new Random(3);
    for (ObjectInfo object : objects) {
      assertThat(verify(object, refs)).isEmpty();
      Path file = store.resolve(object.key());
      byte[] sound = Files.readAllBytes(file);
      for (int at = 0; at < sound.length; at++) {
        byte[] flipped = sound.clone();
        flipped[at] ^= (byte) (1 + random.nextInt(255));
        Files.write(file, flipped);
        flipped(object, at, refs);
      }
      Files.write(file, sound);
    }
    ticker.close();
    access.release();
  }

  private void flipped(ObjectInfo object, int at, Map<String, Set<PackRefs.Ref>> refs)
      throws IOException {
    List<String> damage = new ArrayList<>();
    for (Map.Entry<String, byte[]> back : read(damage).entrySet()) {
      if (!Arrays.equals(back.getValue(), originals.get(back.getKey()))) {
        fail("%s, byte %d: %s came back wrong", object.key(), at, back.getKey());
      }
    }
    assertThat(damage).allMatch(d -> d.contains(object.key().substring(0, 7)));
    if (verify(object, refs).stream().noneMatch(d -> d.key().equals(object.key()))) {
      fail("%s, byte %d: verify does not report it", object.key(), at);
    }
  }
}
