package dev.zoopress.jobs.index;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.UUID;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;

/** One Parquet file of a table, written on local disk and then put. Not thread-safe. */
final class TableFile implements Closeable {
  /** Rows wait in memory until so many bytes are together. */
  private static final long ROW_GROUP_BYTES = 16L << 20;

  static final String SUFFIX = ".parquet";

  private final MessageType schema;
  private final ObjectStore store;
  private Path file;
  private ParquetWriter<Group> writer;
  private long rows;

  TableFile(MessageType schema, ObjectStore store) {
    this.schema = schema;
    this.store = store;
  }

  /** A row to fill; {@link #add} it. */
  Group row() {
    return new SimpleGroup(schema);
  }

  void add(Group row) throws IOException {
    if (writer == null) {
      file = store.spoolDirectory().resolve("table-" + UUID.randomUUID() + ".tmp");
      writer =
          ExampleParquetWriter.builder(new LocalOutputFile(file))
              .withType(schema)
              .withConf(new PlainParquetConfiguration())
              .withCompressionCodec(CompressionCodecName.ZSTD)
              .withRowGroupSize(ROW_GROUP_BYTES)
              .build();
    }
    writer.write(row);
    rows++;
  }

  /**
   * Puts the file, if it has rows, and returns their number. Its name ends with its SHA-256, so
   * that every changed bit shows.
   */
  long put(String name) throws IOException {
    if (writer != null) {
      writer.close();
      writer = null;
      store.putIfAbsent(name + "-" + sha256(file) + SUFFIX, file);
    }
    return rows;
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = Digests.sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Reads a table's file whole.
   *
   * @throws CorruptContainerException if a byte is not as written
   */
  static void check(ObjectStore store, String key) throws IOException {
    // Twice, for a bit may have turned on its way here.
    for (int look = 1; !holdsItsName(store, key); look++) {
      if (look == 2) {
        throw new CorruptContainerException(key, 0, "it does not hold what its name says");
      }
    }
  }

  private static boolean holdsItsName(ObjectStore store, String key) throws IOException {
    MessageDigest digest = Digests.sha256();
    byte[] buffer = new byte[1 << 16];
    try (ByteSource in = store.open(key)) {
      for (long at = 0; at < in.size(); at += buffer.length) {
        int length = (int) Math.min(buffer.length, in.size() - at);
        in.readFully(at, buffer, 0, length);
        digest.update(buffer, 0, length);
      }
    }
    return key.endsWith("-" + HexFormat.of().formatHex(digest.digest()) + SUFFIX);
  }

  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.close();
    }
    if (file != null) {
      Files.deleteIfExists(file);
    }
  }
}
