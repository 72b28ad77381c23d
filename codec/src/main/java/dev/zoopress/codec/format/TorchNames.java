package dev.zoopress.codec.format;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the names of tensors in a pickled state: dictionary keys on the way to them, joined by
 * dots.
 */
final class TorchNames {
  private static final int MAX_NAME_CHARS = 512;

  /** Of all names together; past it tensors take the name of what holds them. */
  private static final int MAX_TOTAL_CHARS = 16 << 20;

  private record Place(Object value, String path) {}

  private final Map<PickleValue.Node, String> names = new IdentityHashMap<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<Place> open = new ArrayDeque<>();
  private int totalChars;

  private TorchNames() {}

  /** Names by the call that rebuilds the tensor; each value is visited once, so cycles end. */
  static Map<PickleValue.Node, String> of(Object root) {
    TorchNames search = new TorchNames();
    search.open(root, "");
    while (!search.open.isEmpty()) {
      search.visit(search.open.remove());
    }
    return search.names;
  }

  private void visit(Place place) {
    if (place.value() instanceof PickleValue.Tuple tuple) {
      for (int i = 0; i < tuple.size(); i++) {
        open(tuple.get(i), place.path());
      }
    } else if (place.value() instanceof PickleValue.Node node) {
      if (node.callable() != PickleValue.OTHER && !place.path().isEmpty()) {
        names.put(node, place.path());
      }
      open(node.arguments(), place.path());
      open(node.state(), place.path());
      openItems(node.items(), place.path());
    }
  }

  /**
   * In a dictionary keys and values alternate; a list with a text before a tensor reads the same.
   */
  private void openItems(List<Object> items, String path) {
    for (int i = 0; i < items.size(); i++) {
      if (i % 2 == 0 && i + 1 < items.size() && items.get(i) instanceof String key) {
        open(items.get(++i), join(path, key));
      } else {
        open(items.get(i), path);
      }
    }
  }

  private String join(String path, String key) {
    int length = path.length() + 1 + key.length();
    if (length > MAX_NAME_CHARS || totalChars > MAX_TOTAL_CHARS) {
      return path;
    }
    totalChars += length;
    return path.isEmpty() ? key : path + '.' + key;
  }

  private void open(Object value, String path) {
    boolean hasParts = value instanceof PickleValue.Tuple || value instanceof PickleValue.Node;
    if (hasParts && seen.add(value)) {
      open.add(new Place(value, path));
    }
  }
}
