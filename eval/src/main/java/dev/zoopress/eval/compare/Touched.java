package dev.zoopress.eval.compare;

import dev.zoopress.eval.onnx.TokenBatch;
import java.io.Serializable;
import java.util.BitSet;

/**
 * What the examples used of the embedding tables; every other weight of the graph takes part in
 * each run as a whole. Not thread-safe.
 */
public final class Touched implements Serializable {
  private static final long serialVersionUID = 1L;

  private final BitSet tokens = new BitSet();
  private final BitSet types = new BitSet();
  private int longest;

  void add(TokenBatch batch) {
    for (long id : batch.ids()) {
      tokens.set((int) id);
    }
    for (long id : batch.types()) {
      types.set((int) id);
    }
    longest = Math.max(longest, batch.length());
  }

  /** Adds what another shard used. */
  public void add(Touched other) {
    tokens.or(other.tokens);
    types.or(other.types);
    longest = Math.max(longest, other.longest);
  }

  public int tokenRows() {
    return tokens.cardinality();
  }

  public boolean hasToken(int id) {
    return tokens.get(id);
  }

  /** Rows of the position table, the padding's row not counted. */
  public int positionRows() {
    return longest;
  }

  public int typeRows() {
    return Math.max(1, types.cardinality());
  }
}
