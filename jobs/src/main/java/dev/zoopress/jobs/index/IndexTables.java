package dev.zoopress.jobs.index;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BOOLEAN;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.jobs.inspect.Places;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;
import org.apache.parquet.schema.Types.GroupBuilder;

/**
 * Writes the Parquet tables {@code models}, {@code files} and {@code chunks}, which are there to be
 * asked: a task's part of them at a time. Every row carries its pointer's number: the highest one
 * of a revision is the truth, and what the views show. Not thread-safe.
 */
public final class IndexTables implements Closeable {
  /** Where the tables lie. */
  public static final String FOLDER = "index/tables/";

  private static final MessageType MODELS =
      integers(revision().required(BOOLEAN).named("deleted"), "files", "source_bytes")
          .named("models");

  private static final MessageType FILES =
      integers(texts(revision(), "path", "sha256", "format"), "size_bytes").named("files");

  private static final MessageType CHUNKS =
      integers(
              texts(
                  revision(),
                  "path",
                  "tensor",
                  "dtype",
                  "role",
                  "technique",
                  "view",
                  "chunk",
                  "pack"),
              "length_bytes",
              "frame_offset",
              "frame_stored_bytes",
              "frame_raw_bytes",
              "offset_in_frame",
              "stored_bytes")
          .named("chunks");

  private final TableFile models;
  private final TableFile files;
  private final TableFile chunks;

  public IndexTables(ObjectStore store) {
    models = new TableFile(MODELS, store);
    files = new TableFile(FILES, store);
    chunks = new TableFile(CHUNKS, store);
  }

  private static GroupBuilder<MessageType> revision() {
    return integers(texts(Types.buildMessage(), "model", "revision"), "n");
  }

  private static GroupBuilder<MessageType> texts(
      GroupBuilder<MessageType> schema, String... names) {
    for (String name : names) {
      schema.required(BINARY).as(stringType()).named(name);
    }
    return schema;
  }

  private static GroupBuilder<MessageType> integers(
      GroupBuilder<MessageType> schema, String... names) {
    for (String name : names) {
      schema.required(INT64).named(name);
    }
    return schema;
  }

  private static Group fill(TableFile table, Pointer pointer) {
    return table
        .row()
        .append("model", pointer.model())
        .append("revision", pointer.revision())
        .append("n", (long) pointer.n());
  }

  /** Adds the row that says that a revision is gone, or all that there is to say about it. */
  public void add(Pointer pointer, Manifest manifest) throws IOException {
    models.add(
        fill(models, pointer)
            .append("deleted", pointer.deleted())
            .append("files", (long) pointer.files())
            .append("source_bytes", pointer.sourceBytes()));
    for (FileEntry file : manifest.files()) {
      files.add(
          fill(files, pointer)
              .append("path", file.path())
              .append("sha256", file.sha256())
              .append("format", file.format())
              .append("size_bytes", file.sizeBytes()));
      try {
        Places.needed(file, (chunk, segment, role) -> add(pointer, file, segment, chunk, role));
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
  }

  private void add(
      Pointer pointer, FileEntry file, SegmentEntry segment, ChunkEntry chunk, Places.Role role) {
    ChunkLocation at = chunk.location();
    try {
      chunks.add(
          fill(chunks, pointer)
              .append("path", file.path())
              .append("tensor", segment.name())
              .append("dtype", segment.dtype().name())
              .append("role", role.name())
              .append("technique", Places.technique(at))
              .append("view", at.base() == null ? "" : at.base().view().rule().name())
              .append("chunk", chunk.id().hex())
              .append("pack", at.pack())
              .append("length_bytes", (long) chunk.lengthBytes())
              .append("frame_offset", at.frameOffset())
              .append("frame_stored_bytes", (long) at.frameStoredBytes())
              .append("frame_raw_bytes", (long) at.frameRawBytes())
              .append("offset_in_frame", (long) at.offsetInFrame())
              .append("stored_bytes", Places.share(at, chunk.lengthBytes())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts what was added, as one part of what {@code run} wrote; returns the rows of chunks. */
  public long put(String run, int part) throws IOException {
    String name = "/" + run + "/%06d".formatted(part);
    long rows = chunks.put(FOLDER + "chunks" + name);
    files.put(FOLDER + "files" + name);
    models.put(FOLDER + "models" + name);
    return rows;
  }

  /** Keys of everything that the tables consist of. */
  public static List<String> keys(ObjectStore store) throws IOException {
    List<String> keys = new ArrayList<>();
    store.list(FOLDER, o -> keys.add(o.key()));
    return keys;
  }

  @Override
  public void close() throws IOException {
    models.close();
    files.close();
    chunks.close();
  }
}
