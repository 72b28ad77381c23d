package dev.zoopress.codec.manifest;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Numbers of the packs and bases that a manifest names: each at its first mention. */
final class Names {
  private final Map<String, Integer> packs = new LinkedHashMap<>();
  private final Map<Base, Integer> bases = new LinkedHashMap<>();
  private final Map<Base, Integer> same = new IdentityHashMap<>();
  private final Map<Base, Base> first = new HashMap<>();

  /** The bases are written before the files, so what they name comes first. */
  Names(Manifest manifest) {
    for (FileEntry file : manifest.files()) {
      for (SegmentEntry segment : file.segments()) {
        segment.chunks().forEach(chunk -> number(chunk.location().base()));
      }
    }
    bases.keySet().forEach(this::namePacks);
    for (FileEntry file : manifest.files()) {
      for (SegmentEntry segment : file.segments()) {
        segment.chunks().forEach(this::namePack);
      }
    }
  }

  /** A base comes behind the bases that it stands on. */
  private void number(Base base) {
    if (base == null || same.containsKey(base)) {
      return;
    }
    Base known = first.putIfAbsent(base, base);
    if (known == null) {
      base.chunks().forEach(chunk -> number(chunk.location().base()));
      bases.put(base, bases.size());
    }
    same.put(base, bases.get(base));
  }

  private void namePacks(Base base) {
    base.chunks().forEach(this::namePack);
    if (base.scales() != null) {
      namePack(base.scales().chunk());
    }
  }

  private void namePack(ChunkEntry chunk) {
    packs.putIfAbsent(chunk.location().pack(), packs.size());
  }

  Set<String> packs() {
    return Collections.unmodifiableSet(packs.keySet());
  }

  Set<Base> bases() {
    return bases.keySet();
  }

  int pack(String pack) {
    return packs.get(pack);
  }

  int base(Base base) {
    Integer number = same.get(base);
    return number != null ? number : bases.get(base);
  }
}
