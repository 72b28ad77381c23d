package dev.zoopress.jobs.verify;

import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Which files have to be decoded: each content once, however many models have it, cut into pieces
 * of about 64 MiB of neighbours, the largest first and dealt out evenly. Nothing of it passes
 * through the driver.
 */
final class FilePlan {
  private static final long PIECE_BYTES = 64L << 20;
  private static final long FILE_COST_BYTES = 64 << 10;

  private FilePlan() {}

  /** A file of a manifest. */
  record FileRef(String manifest, int index, long bytes) implements Serializable {
    static FileRef first(FileRef a, FileRef b) {
      int order = a.manifest.compareTo(b.manifest);
      return order < 0 || order == 0 && a.index <= b.index ? a : b;
    }
  }

  /** Files of one manifest that are decoded one after the other. */
  record Piece(String manifest, List<Integer> files, long bytes) implements Serializable {}

  static JavaRDD<Piece> pieces(JavaRDD<String> manifests, StoreAccess access) {
    return manifests
        .mapPartitionsToPair(own -> files(access, own))
        .reduceByKey(FileRef::first)
        .mapToPair(t -> new Tuple2<>(t._2().manifest(), t._2()))
        .groupByKey()
        .flatMap(t -> cut(t._1(), t._2()));
  }

  /** The pieces dealt out to partitions, every partition's largest first. */
  static JavaRDD<Piece> dealt(JavaRDD<Piece> pieces, int partitions) {
    JavaPairRDD<Piece, Long> ranked =
        pieces.sortBy(p -> -p.bytes(), true, partitions).zipWithIndex();
    return ranked
        .mapToPair(t -> new Tuple2<>((int) (t._2() % partitions), t._1()))
        .partitionBy(new Dealer(partitions))
        .map(Tuple2::_2);
  }

  private static Iterator<Tuple2<String, FileRef>> files(StoreAccess access, Iterator<String> own)
      throws IOException {
    List<Tuple2<String, FileRef>> files = new ArrayList<>();
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.unchecked(store);
      while (own.hasNext()) {
        String id = own.next();
        List<FileEntry> entries;
        try {
          entries = repository.manifest(id).files();
        } catch (IOException e) {
          continue; // Reported where manifests are read.
        }
        for (int i = 0; i < entries.size(); i++) {
          FileEntry file = entries.get(i);
          files.add(new Tuple2<>(key(file), new FileRef(id, i, file.sizeBytes())));
        }
      }
    }
    return files.iterator();
  }

  /** The same for files whose digests, chunks and places are the same. */
  private static String key(FileEntry file) {
    MessageDigest digest = Digests.sha256();
    update(digest, file.sha256() + file.gitSha1() + file.sizeBytes());
    for (SegmentEntry segment : file.segments()) {
      for (ChunkEntry chunk : segment.chunks()) {
        ChunkLocation at = chunk.location();
        update(digest, chunk.id() + at.pack() + at.frameOffset() + "/" + at.offsetInFrame());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Iterator<Piece> cut(String manifest, Iterable<FileRef> files) {
    TreeMap<Integer, FileRef> sorted = new TreeMap<>();
    files.forEach(f -> sorted.put(f.index(), f));
    List<Piece> pieces = new ArrayList<>();
    List<Integer> now = new ArrayList<>();
    long bytes = 0;
    for (FileRef file : sorted.values()) {
      if (!now.isEmpty() && bytes + file.bytes() > PIECE_BYTES) {
        pieces.add(new Piece(manifest, now, bytes));
        now = new ArrayList<>();
        bytes = 0;
      }
      now.add(file.index());
      bytes += file.bytes() + FILE_COST_BYTES;
    }
    if (!now.isEmpty()) {
      pieces.add(new Piece(manifest, now, bytes));
    }
    return pieces.iterator();
  }

  /** Puts a number into the partition of that number. */
  static final class Dealer extends org.apache.spark.Partitioner {
    private static final long serialVersionUID = 1L;

    private final int partitions;

    Dealer(int partitions) {
      this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object key) {
      return (Integer) key;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Dealer d && d.partitions == partitions;
    }

    @Override
    public int hashCode() {
      return partitions;
    }
  }
}
