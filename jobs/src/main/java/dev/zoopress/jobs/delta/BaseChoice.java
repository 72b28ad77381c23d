package dev.zoopress.jobs.delta;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Chooses for all contents at once which of them are bases and which stand on one: the base that
 * saves most comes first, with all contents that gain from it; a content that stands on another is
 * no base. Ties go to the first in the plan's order, so the order of arrival has no say.
 */
final class BaseChoice {
  /** A sampled choice needs a margin: less than that is not worth reading a base. */
  private static final double MARGIN = 0.05;

  private BaseChoice() {}

  /** A content, the content that it might stand on, and what that is estimated to save. */
  record Pair(Place target, Place base, Neighbours cost) implements Serializable {
    double saving() {
      double saving = cost.alone() - cost.delta();
      return saving < MARGIN * cost.alone() ? 0 : saving;
    }
  }

  /** The base of each content that stands on one. */
  static Map<Place, Place> choose(List<Pair> pairs) {
    Map<Place, Map<Place, Double>> savings = new TreeMap<>();
    for (Pair pair : pairs) {
      if (pair.saving() > 0) {
        savings
            .computeIfAbsent(pair.base(), b -> new TreeMap<>())
            .put(pair.target(), pair.saving());
      }
    }
    Map<Place, Place> chosen = new HashMap<>();
    Set<Place> bases = new HashSet<>();
    TreeSet<Place> open = new TreeSet<>(savings.keySet());
    while (!open.isEmpty()) {
      Place best = null;
      double most = 0;
      for (Place base : open) {
        double total = gain(savings.get(base), chosen, bases);
        if (total > most) {
          most = total;
          best = base;
        }
      }
      if (best == null) {
        break;
      }
      open.remove(best);
      bases.add(best);
      for (Place target : targets(savings.get(best), chosen, bases)) {
        chosen.put(target, best);
        open.remove(target);
      }
    }
    return improve(savings, chosen, bases);
  }

  private static double gain(
      Map<Place, Double> savings, Map<Place, Place> chosen, Set<Place> bases) {
    double total = 0;
    for (Place target : targets(savings, chosen, bases)) {
      total += savings.get(target);
    }
    return total;
  }

  private static List<Place> targets(
      Map<Place, Double> savings, Map<Place, Place> chosen, Set<Place> bases) {
    List<Place> targets = new ArrayList<>();
    for (Place target : savings.keySet()) {
      if (!chosen.containsKey(target) && !bases.contains(target)) {
        targets.add(target);
      }
    }
    return targets;
  }

  /** Each content moves to the base that suits it best, now that the bases are known. */
  private static Map<Place, Place> improve(
      Map<Place, Map<Place, Double>> savings, Map<Place, Place> chosen, Set<Place> bases) {
    Comparator<Place> order = Comparator.naturalOrder();
    Map<Place, Place> better = new HashMap<>();
    for (Place target : chosen.keySet()) {
      Place best = null;
      double most = 0;
      for (Place base : bases.stream().sorted(order).toList()) {
        double saving = savings.getOrDefault(base, Map.of()).getOrDefault(target, 0.0);
        if (saving > most) {
          most = saving;
          best = base;
        }
      }
      better.put(target, best);
    }
    return better;
  }
}
