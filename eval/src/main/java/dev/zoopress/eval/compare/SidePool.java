package dev.zoopress.eval.compare;

import dev.zoopress.eval.model.Head;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.onnx.SessionSettings;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps the sides of the model that this process works on, so that shards of one model build their
 * sessions once. At most one pair lies idle; pairs in use are never closed.
 */
public final class SidePool {
  private record Key(SideSpec a, SideSpec b, Head head, SessionSettings settings) {}

  private static final class Pair {
    private Side a;
    private Side b;
    private int users;
  }

  /** What is done with a pair. */
  interface Work {
    void with(Side a, Side b) throws IOException;
  }

  private static final Map<Key, Pair> PAIRS = new LinkedHashMap<>();

  private SidePool() {}

  static void use(Unit unit, ModelFiles a, ModelFiles b, Work work) throws IOException {
    Key key = new Key(unit.a(), unit.b(), unit.kind().head(), unit.session());
    Pair pair;
    synchronized (PAIRS) {
      pair = PAIRS.computeIfAbsent(key, k -> new Pair());
      pair.users++;
      closeIdle(key);
    }
    try {
      synchronized (pair) {
        if (pair.a == null) {
          pair.a = Side.open(a, key.head(), key.settings());
        }
        if (pair.b == null) {
          pair.b = Side.open(b, key.head(), key.settings());
        }
      }
      work.with(pair.a, pair.b);
    } finally {
      synchronized (PAIRS) {
        pair.users--;
      }
    }
  }

  /** Closes what nobody uses, except the pair of {@code keep}. */
  private static void closeIdle(Key keep) throws IOException {
    for (Iterator<Map.Entry<Key, Pair>> all = PAIRS.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Key, Pair> e = all.next();
      if (e.getValue().users == 0 && !e.getKey().equals(keep)) {
        all.remove();
        close(e.getValue());
      }
    }
  }

  private static void close(Pair pair) throws IOException {
    if (pair.a != null) {
      pair.a.close();
    }
    if (pair.b != null) {
      pair.b.close();
    }
  }

  /** Closes all that is idle. */
  public static void clear() throws IOException {
    synchronized (PAIRS) {
      closeIdle(null);
    }
  }
}
