package dev.zoopress.jobs.verify;

import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.jobs.inspect.Places;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import scala.Tuple2;

/** Which files of which revisions need a damaged place. */
final class Impact implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Pattern PACK = Pattern.compile("packs/../([0-9a-f]{64})\\..*");
  private static final Pattern MANIFEST = Pattern.compile("manifests/../([0-9a-f]{64})\\..*");

  /** Damage by pack or manifest id: number and offset. */
  private final Map<String, List<Place>> places = new HashMap<>();

  private record Place(int number, long offset, boolean missing) implements Serializable {
    /** What is missing is missing from its offset on; other damage is where it is. */
    boolean touches(long start, long end) {
      return missing ? end > offset : offset >= start && offset < end;
    }
  }

  /** Some files of one revision. */
  record Share(String revision, long files) implements Serializable {}

  Impact(List<Damage> damage) {
    for (int i = 0; i < damage.size(); i++) {
      for (Pattern pattern : List.of(PACK, MANIFEST)) {
        Matcher matcher = pattern.matcher(damage.get(i).key());
        if (matcher.matches()) {
          places
              .computeIfAbsent(matcher.group(1), id -> new ArrayList<>())
              .add(
                  new Place(
                      i, damage.get(i).offsetBytes(), damage.get(i).kind() == Damage.Kind.MISSING));
        }
      }
    }
  }

  boolean isEmpty() {
    return places.isEmpty();
  }

  /** Pairs of a damage's number and how many files of a revision need the place. */
  Iterator<Tuple2<Integer, Share>> of(StoreAccess access, Iterator<RevisionRow> rows)
      throws IOException {
    List<Tuple2<Integer, Share>> touched = new ArrayList<>();
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.unchecked(store);
      while (rows.hasNext()) {
        RevisionRow row = rows.next();
        Map<Integer, Long> numbers = new HashMap<>();
        places
            .getOrDefault(row.manifest(), List.of())
            .forEach(p -> numbers.put(p.number(), row.files()));
        try {
          if (!row.manifest().isEmpty()) {
            look(repository.manifest(row.manifest()).files(), numbers);
          }
        } catch (IOException e) {
          // The manifest is damaged itself: that was found above.
        }
        numbers.forEach((n, files) -> touched.add(new Tuple2<>(n, new Share(row.name(), files))));
      }
    }
    return touched.iterator();
  }

  private void look(List<FileEntry> files, Map<Integer, Long> numbers) {
    for (FileEntry file : files) {
      Set<Integer> own = new HashSet<>();
      Places.needed(file, (chunk, segment, role) -> look(chunk.location(), own));
      own.forEach(n -> numbers.merge(n, 1L, Long::sum));
    }
  }

  private void look(ChunkLocation at, Set<Integer> numbers) {
    long end = at.frameOffset() + at.frameStoredBytes();
    for (Place place : places.getOrDefault(at.pack(), List.of())) {
      if (place.touches(at.frameOffset(), end)) {
        numbers.add(place.number());
      }
    }
  }
}
