package dev.zoopress.jobs.inspect;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The chunks that models need as rows, their own and those of bases, and one row per model with its
 * files and bytes, which has an empty {@code pack}.
 */
final class ChunkRows implements FlatMapFunction<Iterator<String>, Row> {
  static final StructType SCHEMA =
      new StructType()
          .add("model", DataTypes.StringType, false)
          .add("revision", DataTypes.StringType, false)
          .add("files", DataTypes.LongType, false)
          .add("bytes", DataTypes.LongType, false)
          .add("dtype", DataTypes.StringType, false)
          .add("technique", DataTypes.StringType, false)
          .add("pack", DataTypes.StringType, false)
          .add("frame", DataTypes.LongType, false)
          .add("inside", DataTypes.IntegerType, false)
          .add("share", DataTypes.LongType, false)
          .add("own", DataTypes.LongType, false);

  private static final long serialVersionUID = 1L;

  private final StoreAccess access;

  ChunkRows(StoreAccess access) {
    this.access = access;
  }

  @Override
  public Iterator<Row> call(Iterator<String> models) throws IOException {
    ObjectStore store = access.open();
    org.apache.spark.TaskContext.get()
        .addTaskCompletionListener(
            (org.apache.spark.util.TaskCompletionListener) task -> close(store));
    Repository repository = Repository.open(store);
    Iterable<String> names = () -> models;
    return java.util.stream.StreamSupport.stream(names.spliterator(), false)
        .flatMap(model -> rows(repository, model))
        .iterator();
  }

  private static void close(ObjectStore store) {
    try {
      store.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** One model's rows are in memory at a time. */
  private static Stream<Row> rows(Repository repository, String model) {
    try {
      Published published = Published.of(repository, model);
      if (published.pointers().isEmpty()) {
        return Stream.empty();
      }
      List<FileEntry> files = new java.util.ArrayList<>();
      published.files(repository, files::add);
      long bytes = files.stream().mapToLong(FileEntry::sizeBytes).sum();
      Row head =
          RowFactory.create(
              model, published.newest(), (long) files.size(), bytes, "", "", "", 0L, 0, 0L, 0L);
      return Stream.concat(Stream.of(head), files.stream().flatMap(file -> rows(model, file)));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Stream<Row> rows(String model, FileEntry file) {
    List<Row> rows = new java.util.ArrayList<>();
    Places.needed(file, (chunk, segment, role) -> rows.add(row(model, segment, chunk, role)));
    return rows.stream();
  }

  private static Row row(String model, SegmentEntry segment, ChunkEntry chunk, Places.Role role) {
    ChunkLocation at = chunk.location();
    boolean own = role == Places.Role.OWN;
    return RowFactory.create(
        model,
        "",
        0L,
        (long) chunk.lengthBytes(),
        own ? segment.dtype().name() : "",
        Places.technique(at),
        at.pack(),
        at.frameOffset(),
        at.offsetInFrame(),
        Places.share(at, chunk.lengthBytes()),
        own ? 1L : 0L);
  }
}
