package dev.zoopress.jobs.serve;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.StoredFile;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;

/**
 * What the codec alone decodes, for {@code src/test/scripts/serve_speed.py}: every chunk of one
 * file on so many threads, thrown away; prints bytes a second of each pass.
 *
 * <p>Arguments: store, model, path, threads, passes.
 */
final class DecodeRate {
  private DecodeRate() {}

  private record Piece(long from, int length) {}

  public static void main(String[] args) throws Exception {
    int threads = Integer.parseInt(args[3]);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (ObjectStore objects = Stores.open(args[0], new Configuration())) {
      Repository repository = Repository.open(objects);
      FileEntry file =
          new RepositoryCatalog(repository, Duration.ZERO)
              .find(args[1], "main")
              .orElseThrow()
              .files()
              .get(args[2]);
      for (int pass = 0; pass < Integer.parseInt(args[4]); pass++) {
        System.out.printf("%.0f%n", file.sizeBytes() / seconds(pool, repository, file));
      }
    } finally {
      pool.shutdown();
    }
  }

  private static double seconds(ExecutorService pool, Repository repository, FileEntry file)
      throws Exception {
    List<Callable<Void>> tasks = new ArrayList<>();
    try (StoredFile stored = new StoredFile(file, repository.packs(), new ChunkCache(16 << 20))) {
      for (Piece piece : pieces(file)) {
        tasks.add(() -> read(stored, piece));
      }
      long start = System.nanoTime();
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static final ThreadLocal<byte[]> TARGET =
      ThreadLocal.withInitial(() -> new byte[1 << 24]);

  private static Void read(StoredFile stored, Piece piece) throws IOException {
    stored.readFully(piece.from(), TARGET.get(), 0, piece.length());
    return null;
  }

  /** One per chunk. */
  private static List<Piece> pieces(FileEntry file) {
    List<Piece> pieces = new ArrayList<>();
    long at = 0;
    int step = Integer.getInteger("step", 1 << 24);
    for (SegmentEntry segment : file.segments()) {
      for (ChunkEntry chunk : segment.chunks()) {
        for (int done = 0; done < chunk.lengthBytes(); done += step) {
          pieces.add(new Piece(at + done, Math.min(step, chunk.lengthBytes() - done)));
        }
        at += chunk.lengthBytes();
      }
    }
    return pieces;
  }
}
