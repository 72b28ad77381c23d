package dev.zoopress.jobs.verify;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.jobs.inspect.Places;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import scala.Tuple2;

/**
 * What manifests refer to, by pack.
 *
 * <p>Of every chunk one row: its frame and its place in it. In {@link Detail#ENDS} only where the
 * last referred frame of a pack ends.
 */
final class PackRefs implements PairFlatMapFunction<Iterator<String>, String, PackRefs.Ref> {
  private static final long serialVersionUID = 1L;

  private final StoreAccess access;
  private final Detail detail;

  enum Detail {
    CHUNKS,
    ENDS
  }

  /**
   * A chunk that is needed.
   *
   * @param decoded whether a file has it, so that it is decoded there; else only a base is it
   */
  record Ref(
      long frameOffset, int storedBytes, int rawBytes, int inside, ChunkId id, boolean decoded)
      implements Serializable {
    long end() {
      return frameOffset + storedBytes;
    }

    Ref asBase() {
      return new Ref(frameOffset, storedBytes, rawBytes, inside, id, false);
    }

    static Ref last(Ref a, Ref b) {
      return a.end() >= b.end() ? a : b;
    }
  }

  PackRefs(StoreAccess access, Detail detail) {
    this.access = access;
    this.detail = detail;
  }

  @Override
  public Iterator<Tuple2<String, Ref>> call(Iterator<String> manifests) throws IOException {
    Set<Tuple2<String, Ref>> refs = new HashSet<>();
    java.util.Map<String, Ref> ends = new java.util.HashMap<>();
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.unchecked(store);
      while (manifests.hasNext()) {
        Iterable<FileEntry> files;
        try {
          files = repository.manifest(manifests.next()).files();
        } catch (IOException e) {
          continue; // Reported where manifests are read.
        }
        for (FileEntry file : files) {
          Places.needed(
              file,
              (chunk, segment, role) -> {
                String pack = chunk.location().pack();
                Ref ref = ref(chunk, role);
                if (detail == Detail.ENDS) {
                  ends.merge(pack, ref, Ref::last);
                } else {
                  refs.add(new Tuple2<>(pack, ref));
                }
              });
        }
      }
    }
    ends.forEach((pack, ref) -> refs.add(new Tuple2<>(pack, ref)));
    return refs.iterator();
  }

  private static Ref ref(ChunkEntry chunk, Places.Role role) {
    ChunkLocation at = chunk.location();
    return new Ref(
        at.frameOffset(),
        at.frameStoredBytes(),
        at.frameRawBytes(),
        at.offsetInFrame(),
        chunk.id(),
        role == Places.Role.OWN);
  }
}
