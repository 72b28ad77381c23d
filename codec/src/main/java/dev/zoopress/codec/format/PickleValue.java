package dev.zoopress.codec.format;

import java.util.ArrayList;
import java.util.List;

/**
 * What {@link PickleReader} builds: descriptions of values, never the values' own classes. A number
 * is a {@code Long}, text a {@code String}, a tuple a {@link Tuple}; everything that tensors do not
 * need is {@link #OTHER}.
 */
final class PickleValue {
  /** A value of no interest: floats, bytes, None, booleans, extension objects. */
  static final Object OTHER = new Object();

  private PickleValue() {}

  /** A name that a real unpickler would import. */
  record Global(String module, String name) {
    boolean is(String wantedModule, String wantedName) {
      return module.equals(wantedModule) && name.equals(wantedName);
    }
  }

  /** An immutable sequence. Identity, not content, distinguishes it: content may be cyclic. */
  static final class Tuple {
    private final Object[] items;

    Tuple(Object... items) {
      this.items = items;
    }

    int size() {
      return items.length;
    }

    /** The item, or {@link #OTHER} past the end. */
    Object get(int index) {
      return index < items.length ? items[index] : OTHER;
    }
  }

  /** A reference that the pickle's loader resolves: torch's storages. */
  static final class PersistentId {
    private final Object id;

    PersistentId(Object id) {
      this.id = id;
    }

    Object id() {
      return id;
    }
  }

  /**
   * A list, dict or set, or an object described by a call: what was called, with what, and its
   * items.
   */
  static final class Node {
    private final Object callable;
    private final Tuple arguments;
    private final List<Object> items = new ArrayList<>(0);
    private Object state = OTHER;

    Node(Object callable, Tuple arguments) {
      this.callable = callable;
      this.arguments = arguments;
    }

    /** {@link #OTHER} for plain lists, dicts and sets. */
    Object callable() {
      return callable;
    }

    Tuple arguments() {
      return arguments;
    }

    /** Elements of a list; keys and values in turn of a dict. */
    List<Object> items() {
      return items;
    }

    Object state() {
      return state;
    }

    void setState(Object newState) {
      state = newState;
    }
  }
}
