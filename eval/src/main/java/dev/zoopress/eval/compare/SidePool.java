package dev.zoopress.eval.compare;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import dev.zoopress.eval.model.Head;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.model.TensorDirectory;
import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.eval.onnx.SessionSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps the sides of the model that this process works on, so that shards of one model build their
 * sessions once. At most one pair lies idle; pairs in use are never closed. The sessions of all
 * pairs together stay within {@link #limitBytes}: whoever needs more waits until others are done.
 */
public final class SidePool {
  private record Key(SideSpec a, SideSpec b, Head head, SessionSettings settings) {}

  private static final class Pair {
    private long bytes;
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
    int sides = unit.stage() == Unit.Stage.CONTROLS ? 3 : 2;
    Pair pair = reserve(key, sides * TensorDirectory.sessionBytes(a));
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
        PAIRS.notifyAll();
      }
    }
  }

  private static Pair reserve(Key key, long needBytes) throws IOException {
    if (needBytes > limitBytes()) {
      throw new UnusableModelException(
          "two sides (three while a control runs) need "
              + (needBytes >> 20)
              + " MiB for weights and what the runtime makes of them, this process may use "
              + (limitBytes() >> 20)
              + " MiB: raise the heap or -XX:MaxDirectMemorySize");
    }
    synchronized (PAIRS) {
      try {
        while (true) {
          closeIdle(key);
          long others = 0;
          for (Map.Entry<Key, Pair> e : PAIRS.entrySet()) {
            others += e.getKey().equals(key) ? 0 : e.getValue().bytes;
          }
          if (others + needBytes <= limitBytes()) {
            break;
          }
          PAIRS.wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for memory", e);
      }
      Pair pair = PAIRS.computeIfAbsent(key, k -> new Pair());
      pair.users++;
      pair.bytes = Math.max(pair.bytes, needBytes);
      return pair;
    }
  }

  /**
   * Bytes that sessions may take in this process: twice its direct memory, since at least half of
   * what a session takes is the runtime's own, and no more than half of the machine's.
   */
  public static long limitBytes() {
    long direct =
        Long.parseLong(
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxDirectMemorySize")
                .getValue());
    long machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    return Math.min(2 * (direct == 0 ? Runtime.getRuntime().maxMemory() : direct), machine / 2);
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
