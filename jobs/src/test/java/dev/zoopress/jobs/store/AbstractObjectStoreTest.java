package dev.zoopress.jobs.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every object store must do; one subclass per kind. */
abstract class AbstractObjectStoreTest {
  private static final int RACERS = 8;
  private static final int RACES = 20;

  @TempDir Path folder;
  ObjectStore store;

  /** Opens the same store once more, sharing nothing with other instances. */
  abstract ObjectStore open() throws IOException;

  /** Large enough to take the way of large objects. */
  abstract int largeBytes();

  /** Called before each test opens its store. */
  void prepare() {}

  @BeforeEach
  final void openStore() throws IOException {
    prepare();
    store = open();
  }

  @AfterEach
  final void closeStore() throws IOException {
    store.close();
  }

  @Test
  void anObjectIsCreatedOnceAndKeepsItsFirstBytes() throws IOException {
    assertThat(store.putIfAbsent("a/b/one", bytes("first"))).isTrue();
    assertThat(store.putIfAbsent("a/b/one", bytes("second!"))).isFalse();
    assertThat(store.get("a/b/one", 100)).isEqualTo(bytes("first"));
    assertThat(store.size("a/b/one")).hasValue(5);
  }

  @Test
  void emptyObjectsAreObjects() throws IOException {
    assertThat(store.putIfAbsent("empty", new byte[0])).isTrue();
    assertThat(store.putIfAbsent("empty", new byte[1])).isFalse();
    assertThat(store.get("empty", 0)).isEmpty();
    assertThat(store.size("empty")).hasValue(0);
  }

  @Test
  void whatIsNotThereIsSaidSo() throws IOException {
    store.putIfAbsent("there/x", bytes("x"));
    for (String key : List.of("nothing", "there", "there/z")) {
      assertThatThrownBy(() -> store.get(key, 10))
          .isInstanceOf(ObjectNotFoundException.class)
          .hasMessageContaining(key);
      assertThatThrownBy(() -> store.open(key)).isInstanceOf(ObjectNotFoundException.class);
      assertThat(store.size(key)).isEmpty();
      assertThat(store.delete(key)).isFalse();
    }
  }

  @Test
  void getRefusesMoreThanItsLimit() throws IOException {
    store.putIfAbsent("big", new byte[11]);
    assertThatThrownBy(() -> store.get("big", 10))
        .isInstanceOf(CorruptContainerException.class)
        .hasMessageContaining("big");
  }

  @Test
  void putReplaces() throws IOException {
    store.put("status", bytes("one"));
    store.put("status", bytes("three"));
    assertThat(store.get("status", 10)).isEqualTo(bytes("three"));
  }

  @Test
  void deleteRemovesOnce() throws IOException {
    store.putIfAbsent("d/x", bytes("x"));
    assertThat(store.delete("d/x")).isTrue();
    assertThat(store.delete("d/x")).isFalse();
    assertThat(store.size("d/x")).isEmpty();
    assertThat(store.putIfAbsent("d/x", bytes("again"))).isTrue();
  }

  @Test
  void listingsAreCompleteAndHideTheSpool() throws IOException {
    Set<String> keys = new TreeSet<>();
    for (String key : List.of("l/a", "l/b/c", "l/b/d/e", "l/org%2Fname/1.json", "m/x")) {
      store.putIfAbsent(key, bytes(key));
      keys.add(key);
    }
    Files.write(store.spoolDirectory().resolve("waste"), new byte[3]);
    assertThat(listed("")).isEqualTo(keys);
    assertThat(listed("l/")).containsExactly("l/a", "l/b/c", "l/b/d/e", "l/org%2Fname/1.json");
    assertThat(listed("l/b/")).containsExactly("l/b/c", "l/b/d/e");
    assertThat(listed("none/")).isEmpty();
    assertThat(children("l/")).containsExactly("a", "b", "org%2Fname");
    assertThat(children("")).containsExactly("l", "m");
    assertThat(children("none/")).isEmpty();
  }

  @Test
  void listingsTellSizeAndTime() throws IOException {
    store.putIfAbsent("t/x", new byte[17]);
    store.list(
        "t/",
        info -> {
          assertThat(info.sizeBytes()).isEqualTo(17);
          assertThat(info.modifiedMillis()).isGreaterThan(1_600_000_000_000L);
        });
  }

  @Test
  void rangesAreReadAnywhereByManyThreads() throws Exception {
    byte[] content = new byte[100_003];
    new Random(5).nextBytes(content);
    store.putIfAbsent("ranges", content);
    try (ByteSource source = store.open("ranges")) {
      assertThat(source.size()).isEqualTo(content.length);
      assertThat(source.name()).contains("ranges");
      inThreads(
          4,
          t -> {
            Random random = new Random(t);
            for (int i = 0; i < 50; i++) {
              int from = random.nextInt(content.length + 1);
              int length = random.nextInt(content.length - from + 1);
              byte[] target = new byte[length + 2];
              source.readFully(from, target, 1, length);
              assertThat(Arrays.copyOfRange(target, 1, length + 1))
                  .isEqualTo(Arrays.copyOfRange(content, from, from + length));
            }
            return null;
          });
      assertThatThrownBy(() -> source.readFully(content.length - 1, new byte[2], 0, 2))
          .isInstanceOf(EOFException.class);
      assertThatThrownBy(() -> source.readFully(Long.MAX_VALUE, new byte[2], 0, 2))
          .isInstanceOf(EOFException.class);
      assertThatThrownBy(() -> source.readFully(-1, new byte[2], 0, 2))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void largeObjectsComeFromSpooledFiles() throws IOException {
    byte[] content = new byte[largeBytes()];
    new Random(7).nextBytes(content);
    Path spooled = Files.write(store.spoolDirectory().resolve("spooled"), content);
    assertThat(store.putIfAbsent("large", spooled)).isTrue();
    assertThat(spooled).doesNotExist();
    Path elsewhere = Files.write(folder.resolve("other"), new byte[10]);
    assertThat(store.putIfAbsent("large", elsewhere)).isFalse();
    assertThat(elsewhere).doesNotExist();
    assertThat(store.get("large", largeBytes())).isEqualTo(content);
  }

  @Test
  void ofManyRacersOneWins() throws Exception {
    for (int race = 0; race < RACES; race++) {
      String key = "race/" + race;
      CyclicBarrier start = new CyclicBarrier(RACERS);
      List<Boolean> won =
          inThreads(
              RACERS,
              racer -> {
                // Every second racer is a separate writer with connections of its own.
                ObjectStore mine = racer % 2 == 0 ? open() : store;
                try {
                  byte[] bytes = bytes("racer " + racer);
                  start.await();
                  return mine.putIfAbsent(key, bytes);
                } finally {
                  if (mine != store) {
                    mine.close();
                  }
                }
              });
      assertThat(won).containsOnlyOnce(true);
      assertThat(store.get(key, 100)).isEqualTo(bytes("racer " + won.indexOf(true)));
    }
  }

  @Test
  void ofManyRacersWithFilesOneWins() throws Exception {
    for (int race = 0; race < 3; race++) {
      String key = "files/" + race;
      CyclicBarrier start = new CyclicBarrier(4);
      List<Boolean> won =
          inThreads(
              4,
              racer -> {
                byte[] content = new byte[largeBytes()];
                Arrays.fill(content, (byte) (racer + 1));
                Path file = Files.createTempFile(store.spoolDirectory(), "racer", "");
                Files.write(file, content);
                start.await();
                return store.putIfAbsent(key, file);
              });
      assertThat(won).containsOnlyOnce(true);
      byte[] winner = new byte[largeBytes()];
      Arrays.fill(winner, (byte) (won.indexOf(true) + 1));
      assertThat(store.get(key, largeBytes())).isEqualTo(winner);
    }
  }

  @Test
  void keysThatLeaveTheStoreAreRefused() {
    for (String key :
        List.of(
            "", "/a", "a/", "a//b", ".", "..", "../x", "a/../b", "a/./b", "a\nb", "a b", "a\\b",
            "é")) {
      assertThatThrownBy(() -> store.putIfAbsent(key, new byte[1]))
          .as("key '%s'", key)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> store.list("a", i -> {})).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.get("x".repeat(1001), 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  final Set<String> listed(String prefix) throws IOException {
    Set<String> keys = new TreeSet<>();
    store.list(prefix, info -> keys.add(info.key()));
    return keys;
  }

  final Set<String> children(String prefix) throws IOException {
    Set<String> names = new TreeSet<>();
    store.children(prefix, names::add);
    return names;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  interface Task<T> {
    T run(int thread) throws Exception;
  }

  static <T> List<T> inThreads(int count, Task<T> task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int thread = i;
        futures.add(threads.submit(() -> task.run(thread)));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
