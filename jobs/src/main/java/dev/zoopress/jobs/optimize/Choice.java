package dev.zoopress.jobs.optimize;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Chooses packs within a budget: those that save most for each byte that has to be encoded again
 * come first, each with the packs that it requires.
 */
final class Choice {
  /** Less, of a pack's bytes, is not worth the work. */
  private static final double MIN_GAIN = 0.01;

  private static final long MIN_GAIN_BYTES = 4096;

  /** New packs are cut at so many stored bytes, a unit's work at so many raw ones. */
  private static final long UNIT_BYTES = 256L << 20;

  private static final long UNIT_RAW_BYTES = 1L << 30;

  private final Map<String, Candidate> candidates = new HashMap<>();
  private final Map<String, Set<String>> required;
  private final Set<String> chosen = new HashSet<>();
  private double planned;
  private double remaining;

  /**
   * A pack.
   *
   * @param sizeBytes its length
   * @param frameBytes length of its frames
   */
  record Candidate(String pack, long sizeBytes, long frameBytes, PackSum sum)
      implements Serializable {
    double gain() {
      return Math.max(0, frameBytes - sum.live()) + sum.saving() - sum.freeing();
    }
  }

  private record Group(Set<String> packs, double gain, long raw) {
    double rate() {
      return gain / Math.max(1, raw);
    }
  }

  Choice(List<Candidate> all, Map<String, Set<String>> required, long budgetBytes) {
    this.required = required;
    all.forEach(c -> candidates.put(c.pack(), c));
    List<Group> groups = new ArrayList<>();
    for (String pack : new TreeSet<>(candidates.keySet())) {
      Group group = group(pack);
      if (group != null && pays(group)) {
        groups.add(group);
      }
    }
    groups.sort(
        Comparator.comparingDouble((Group g) -> -g.rate())
            .thenComparing(g -> g.packs().iterator().next()));
    long left = budgetBytes;
    for (Group group : groups) {
      Group rest = without(group);
      if (rest.packs().isEmpty() || !pays(rest)) {
        continue;
      }
      planned += rest.gain();
      if (rest.raw() <= left) {
        left -= rest.raw();
        chosen.addAll(rest.packs());
      } else {
        remaining += rest.gain();
      }
    }
  }

  private boolean pays(Group group) {
    long size = group.packs().stream().mapToLong(p -> candidates.get(p).sizeBytes()).sum();
    return group.gain() >= MIN_GAIN_BYTES && group.gain() >= MIN_GAIN * size;
  }

  /** A pack with all that it requires; null where one of them cannot be rewritten. */
  private Group group(String pack) {
    Set<String> all = new TreeSet<>();
    List<String> open = new ArrayList<>(List.of(pack));
    while (!open.isEmpty()) {
      String next = open.remove(open.size() - 1);
      if (!candidates.containsKey(next)) {
        return null;
      }
      if (all.add(next)) {
        open.addAll(required.getOrDefault(next, Set.of()));
      }
    }
    return of(all);
  }

  private Group without(Group group) {
    Set<String> rest = new TreeSet<>(group.packs());
    rest.removeAll(chosen);
    return of(rest);
  }

  private Group of(Set<String> packs) {
    double gain = 0;
    long raw = 0;
    for (String pack : packs) {
      gain += candidates.get(pack).gain();
      raw += candidates.get(pack).sum().raw();
    }
    return new Group(packs, gain, raw);
  }

  /** Estimated bytes that rewriting everything that pays would save. */
  long plannedSaving() {
    return (long) planned;
  }

  /** What of that is left when the chosen packs are rewritten. */
  long remaining() {
    return (long) remaining;
  }

  List<Candidate> chosen() {
    return chosen.stream()
        .map(candidates::get)
        .sorted(
            Comparator.comparing((Candidate c) -> c.sum().first()).thenComparing(Candidate::pack))
        .toList();
  }

  /** The unit that rewrites each chosen pack: neighbours in the plan's order share one. */
  Map<String, Integer> units() {
    Map<String, Integer> units = new LinkedHashMap<>();
    int unit = 0;
    double stored = 0;
    long raw = 0;
    for (Candidate c : chosen()) {
      double expected = c.sum().live() - c.sum().saving() + c.sum().freeing();
      boolean full = stored + expected > UNIT_BYTES || raw + c.sum().raw() > UNIT_RAW_BYTES;
      if (full && raw > 0) {
        unit++;
        stored = 0;
        raw = 0;
      }
      units.put(c.pack(), unit);
      stored += expected;
      raw += c.sum().raw();
    }
    return units;
  }
}
