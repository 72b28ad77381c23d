package dev.zoopress.jobs.collect;

import java.io.Serializable;

/** An object that nothing refers to, and how far gc is with it. */
record Garbage(String key, long sizeBytes, Stage stage) implements Serializable {
  enum Stage {
    /** Not condemned. */
    FRESH,
    /** Condemned, without a verdict. */
    WAITING,
    /** A verdict removed this key, and somebody who came late put it again. */
    DECIDED
  }
}
