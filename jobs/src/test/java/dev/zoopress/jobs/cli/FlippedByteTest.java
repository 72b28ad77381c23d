package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.safetensors;
import static dev.zoopress.jobs.compress.SmallZoo.tensors;
import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.PackReader;
import dev.zoopress.codec.pack.StoredFile;
import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.restore.Layout;
import dev.zoopress.jobs.restore.OpenStore;
import dev.zoopress.jobs.restore.Selection;
import dev.zoopress.jobs.restore.StoredRevision;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every byte of a small store is changed once: readers say so, and never give other bytes. */
final class FlippedByteTest {
  @TempDir Path dir;
  private Path store;
  private final Map<String, byte[]> originals = new TreeMap<>();

  private void fill() throws IOException {
    Path zoo = dir.resolve("zoo");
    byte[] tied = weights(1, 90);
    file(zoo, "one/config.json", "{\"a\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    file(zoo, "one/model.safetensors", safetensors(tensors("a", tied, "b", weights(2, 17))));
    file(zoo, "two/model.safetensors", safetensors(tensors("a", tied, "zero", new byte[400])));
    store = dir.resolve("store");
    Called called = Called.json("compress", zoo, "--store", store);
    assertThat(called.code()).as(called.err() + called.out()).isZero();
  }

  private void file(Path zoo, String path, byte[] bytes) throws IOException {
    write(zoo.resolve(path), bytes);
    originals.put(path, bytes);
  }

  /** Every object outside runs/. */
  private List<String> keys() throws IOException {
    List<String> keys = new ArrayList<>();
    try (OpenStore open = new OpenStore(store.toString(), new Configuration())) {
      open.objects().list("", o -> keys.add(o.key()));
    }
    keys.removeIf(k -> k.startsWith("runs/"));
    keys.sort(null);
    return keys;
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

  /** What restoring does not need: the packs' own footers, read and compared with their names. */
  private void readPack(String key, List<String> damage) throws IOException {
    try (OpenStore open = new OpenStore(store.toString(), new Configuration());
        ByteSource pack = open.objects().open(key)) {
      PackReader.open(pack);
      byte[] bytes = new byte[(int) pack.size()];
      pack.readFully(0, bytes, 0, bytes.length);
      if (!key.contains(SmallStore.sha256(bytes))) {
        throw new IntegrityException(key, key, SmallStore.sha256(bytes));
      }
    } catch (CorruptContainerException
        | UnsupportedVersionException
        | IntegrityException
        | EOFException e) {
      damage.add(e.getMessage());
    }
  }

  private static void readIndex(String key, byte[] bytes, List<String> damage) throws IOException {
    try {
      JsonLines.read(key, bytes, Map.class, row -> {});
    } catch (CorruptContainerException e) {
      damage.add(e.getMessage());
    }
  }

  @Test
  void isReportedAndGivesNoWrongBytes() throws IOException {
    TestSpark.session();
    fill();
    List<String> keys = keys();
    assertThat(keys).anyMatch(k -> k.startsWith("packs/")).anyMatch(k -> k.startsWith("index/"));
    List<String> none = new ArrayList<>();
    assertThat(read(none).keySet()).isEqualTo(originals.keySet());
    assertThat(none).isEmpty();
    Random random = new Random(3);
    long total = 0;
    for (String key : keys) {
      Path file = store.resolve(key);
      byte[] sound = Files.readAllBytes(file);
      total += sound.length;
      for (int at = 0; at < sound.length; at++) {
        byte[] flipped = sound.clone();
        flipped[at] ^= (byte) (1 + random.nextInt(255));
        Files.write(file, flipped);
        List<String> damage = new ArrayList<>();
        for (Map.Entry<String, byte[]> back : read(damage).entrySet()) {
          if (!java.util.Arrays.equals(back.getValue(), originals.get(back.getKey()))) {
            fail("%s, byte %d: %s came back wrong", key, at, back.getKey());
          }
        }
        if (key.startsWith("packs/")) {
          readPack(key, damage);
        } else if (key.startsWith("index/")) {
          readIndex(key, flipped, damage);
        }
        if (damage.isEmpty()) {
          fail("%s, byte %d: nobody noticed", key, at);
        }
        assertThat(damage).allMatch(d -> d.contains(key.substring(0, 7)));
      }
      Files.write(file, sound);
    }
    assertThat(total).isLessThan(32 << 10);
  }
}
