package dev.zoopress.jobs.plan;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** What one pass over sorted rows picks out. Not thread-safe. */
public abstract class Picked<A, B> implements Iterator<B> {
  private final Iterator<A> rows;
  private B next;

  /** Picks from {@code rows} as it is asked. */
  protected Picked(Iterator<A> rows) {
    this.rows = rows;
  }

  /** What becomes of a row; null for nothing. */
  protected abstract B pick(A row);

  @Override
  public final boolean hasNext() {
    while (next == null && rows.hasNext()) {
      next = pick(rows.next());
    }
    return next != null;
  }

  @Override
  public final B next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    B picked = next;
    next = null;
    return picked;
  }
}
