package dev.zoopress.jobs.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What gc condemned and decided; see {@link Condemned} for what the lists mean to writers. Lists
 * and verdicts are made once and never change.
 */
public final class Verdicts {
  /** Keys in one list; more are cut into several. */
  private static final int MAX_KEYS = 1_000_000;

  private final ObjectStore store;
  private final Condemned condemned;

  private Verdicts(ObjectStore store) {
    this.store = store;
    this.condemned = new Condemned(store);
  }

  /** The lists of a repository. */
  public static Verdicts of(Repository repository) {
    return new Verdicts(repository.store());
  }

  /**
   * A list without a verdict.
   *
   * @param sinceMillis when it was made, by the store's clock
   */
  public record Pending(int n, long sinceMillis) {}

  /** The lists that wait for a verdict, in order. */
  public List<Pending> pending() throws IOException {
    List<Pending> pending = new ArrayList<>();
    for (int n : Condemned.numbers(store)) {
      Map<String, Long> made = new HashMap<>();
      store.list(Layout.GARBAGE + n + "/", o -> made.put(o.key(), o.modifiedMillis()));
      if (made.containsKey(Condemned.list(n)) && !made.containsKey(Condemned.verdict(n))) {
        pending.add(new Pending(n, made.get(Condemned.list(n))));
      }
    }
    return pending;
  }

  /** The keys of a list. */
  public List<String> keys(Pending list) throws IOException {
    return Condemned.read(store, Condemned.list(list.n()));
  }

  /** Condemns keys: from now on no writer uses or relies on them. */
  public void condemn(List<String> keys) throws IOException {
    for (int from = 0; from < keys.size(); from += MAX_KEYS) {
      byte[] list = Condemned.encode(keys.subList(from, Math.min(keys.size(), from + MAX_KEYS)));
      TreeSet<Integer> taken = Condemned.numbers(store);
      int n = taken.isEmpty() ? 1 : taken.last() + 1;
      while (!store.putIfAbsent(Condemned.list(n), list)) {
        n++;
      }
    }
  }

  /**
   * Decides which keys of a list go. If another gc decided first, its verdict is the one that
   * counts.
   *
   * @return the keys that must be removed
   */
  public List<String> decide(Pending list, List<String> keys) throws IOException {
    store.putIfAbsent(Condemned.verdict(list.n()), Condemned.encode(keys));
    return Condemned.read(store, Condemned.verdict(list.n()));
  }

  /** Looks for new lists and verdicts. */
  public void refresh() throws IOException {
    condemned.refresh();
  }

  /** Whether a key is condemned and its list has no verdict yet, as of {@link #refresh}. */
  public boolean waits(String key) {
    return condemned.waits(key);
  }

  /** Whether a verdict removed the key for ever, as of {@link #refresh}. */
  public boolean decided(String key) {
    return condemned.isDecided(key);
  }
}
