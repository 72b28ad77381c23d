package dev.zoopress.codec.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.github.luben.zstd.Zstd;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.view.View;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes and reads manifests as the package's grammar says. Thread-safe. */
public final class ManifestFormat {
  static final String NAME = "zoopress-manifest";
  static final int VERSION = 1;

  /** No manifest is larger, decompressed: a model of 20 TB has about 200 MB. */
  public static final int MAX_JSON_BYTES = 1 << 28;

  /** No manifest object is larger. */
  public static final int MAX_STORED_BYTES = 1 << 28;

  static final JsonFactory JSON = new JsonFactory();
  private static final int ZSTD_LEVEL = 6;

  private ManifestFormat() {}

  /** The object's bytes; equal manifests give equal bytes. */
  public static byte[] encode(Manifest manifest) {
    Names names = new Names(manifest);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("format", NAME);
      json.writeNumberField("version", VERSION);
      json.writeArrayFieldStart("packs");
      for (String pack : names.packs()) {
        json.writeString(pack);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("bases");
      for (Base base : names.bases()) {
        write(json, base, names);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("files");
      for (FileEntry file : manifest.files()) {
        write(json, file, names);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Zstd.compress(out.toByteArray(), ZSTD_LEVEL);
  }

  private static void write(JsonGenerator json, FileEntry file, Names names) throws IOException {
    json.writeStartObject();
    json.writeStringField("path", file.path());
    json.writeNumberField("size", file.sizeBytes());
    json.writeStringField("sha256", file.sha256());
    json.writeStringField("gitSha1", file.gitSha1());
    json.writeBooleanField("lfs", file.lfs());
    json.writeStringField("link", file.linkTarget());
    json.writeStringField("container", file.format());
    json.writeArrayFieldStart("segments");
    for (SegmentEntry segment : file.segments()) {
      json.writeStartObject();
      json.writeStringField("name", segment.name());
      json.writeStringField("dtype", segment.dtype().name());
      json.writeArrayFieldStart("shape");
      for (long dimension : segment.shape()) {
        json.writeNumber(dimension);
      }
      json.writeEndArray();
      json.writeNumberField("length", segment.lengthBytes());
      json.writeArrayFieldStart("chunks");
      for (ChunkEntry chunk : segment.chunks()) {
        write(json, chunk, names);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Base base, Names names) throws IOException {
    View view = base.view();
    json.writeStartObject();
    json.writeStringField("from", view.from().name());
    json.writeNumberField("rows", view.rows());
    json.writeNumberField("columns", view.columns());
    json.writeStringField("rule", view.rule().name());
    json.writeStringField("to", view.to().name());
    json.writeArrayFieldStart("scales");
    if (base.scales() != null) {
      Base.Scales scales = base.scales();
      write(json, scales.chunk(), names);
      json.writeNumber(scales.offsetBytes());
      json.writeNumber(scales.count());
      json.writeNumber(scales.stride());
      json.writeNumber(scales.zero());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("chunks");
    for (ChunkEntry chunk : base.chunks()) {
      write(json, chunk, names);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, ChunkEntry chunk, Names names) throws IOException {
    ChunkLocation at = chunk.location();
    json.writeStartArray();
    json.writeString(chunk.id().hex());
    json.writeNumber(chunk.lengthBytes());
    json.writeNumber(names.pack(at.pack()));
    json.writeNumber(at.frameOffset());
    json.writeNumber(at.frameStoredBytes());
    json.writeNumber(at.frameRawBytes());
    json.writeNumber(at.offsetInFrame());
    if (at.base() != null) {
      json.writeNumber(names.base(at.base()));
      json.writeNumber(at.basePosition());
    }
    json.writeEndArray();
  }

  /**
   * The manifest in {@code stored}, every field checked; whether the bytes are the ones of its id
   * is the caller's to check with {@link #id}.
   *
   * @param object name for error messages
   * @throws dev.zoopress.codec.CorruptContainerException if anything is not as the grammar says, or
   *     does not add up
   * @throws dev.zoopress.codec.UnsupportedVersionException if a later version wrote it
   */
  public static Manifest decode(String object, byte[] stored) throws IOException {
    return new ManifestReader(object, stored).read();
  }

  /** SHA-256 of the object's bytes, 64 hex digits. */
  public static String id(byte[] stored) {
    return Digests.sha256Hex(stored);
  }
}
