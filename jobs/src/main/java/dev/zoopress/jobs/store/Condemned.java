package dev.zoopress.jobs.store;

import dev.zoopress.codec.CorruptContainerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The keys that no writer may use or rely on any more: {@code gc/<n>/condemned} lists candidates,
 * {@code gc/<n>/verdict} decides once and for ever which of them go. Until there is a verdict, all
 * candidates count; afterwards, those it names. Both are kept: they are small, and an order to
 * delete that arrives late stays harmless. Thread-safe.
 */
final class Condemned {
  /** 4 million keys; a larger list is cut by gc into several. */
  static final int MAX_LIST_BYTES = 1 << 29;

  private final ObjectStore store;
  private final Map<Integer, Set<String>> decided = new HashMap<>();
  private final Map<Integer, Set<String>> pending = new HashMap<>();

  Condemned(ObjectStore store) {
    this.store = store;
  }

  static String list(int n) {
    return Layout.GARBAGE + n + "/condemned";
  }

  static String verdict(int n) {
    return Layout.GARBAGE + n + "/verdict";
  }

  /** The numbers of all lists, ascending. */
  static TreeSet<Integer> numbers(ObjectStore store) throws IOException {
    TreeSet<Integer> numbers = new TreeSet<>();
    store.children(
        Layout.GARBAGE,
        name -> {
          if (name.matches("[1-9][0-9]{0,8}")) {
            numbers.add(Integer.valueOf(name));
          }
        });
    return numbers;
  }

  static byte[] encode(Iterable<String> keys) {
    String body = String.join("\n", keys) + "\n";
    return (Sealed.sha256(body.getBytes(StandardCharsets.UTF_8)) + "\n" + body)
        .getBytes(StandardCharsets.UTF_8);
  }

  static List<String> read(ObjectStore store, String key) throws IOException {
    return store.get(key, MAX_LIST_BYTES, bytes -> decode(key, bytes));
  }

  private static List<String> decode(String key, byte[] bytes) throws CorruptContainerException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int line = text.indexOf('\n');
    String body = text.substring(line + 1);
    if (line != 64
        || !Sealed.sha256(body.getBytes(StandardCharsets.UTF_8)).equals(text.substring(0, 64))) {
      throw new CorruptContainerException(key, 0, "its checksum does not match");
    }
    return Arrays.stream(body.split("\n")).filter(s -> !s.isEmpty()).toList();
  }

  /** Looks for new lists and verdicts. */
  synchronized void refresh() throws IOException {
    pending.keySet().removeAll(decided.keySet());
    for (int n : numbers(store)) {
      if (decided.containsKey(n)) {
        continue;
      }
      if (store.size(verdict(n)).isPresent()) {
        decided.put(n, new HashSet<>(read(store, verdict(n))));
        pending.remove(n);
      } else if (!pending.containsKey(n) && store.size(list(n)).isPresent()) {
        pending.put(n, new HashSet<>(read(store, list(n))));
      }
    }
  }

  synchronized boolean contains(String key) {
    return isDecided(key) || waits(key);
  }

  synchronized boolean isDecided(String key) {
    return decided.values().stream().anyMatch(s -> s.contains(key));
  }

  synchronized boolean waits(String key) {
    return pending.values().stream().anyMatch(s -> s.contains(key));
  }
}
