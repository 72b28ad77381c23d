package dev.zoopress.codec.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

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
    Map<String, Integer> packs = new LinkedHashMap<>();
    for (FileEntry file : manifest.files()) {
      for (SegmentEntry segment : file.segments()) {
        for (ChunkEntry chunk : segment.chunks()) {
          packs.putIfAbsent(chunk.location().pack(), packs.size());
        }
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("format", NAME);
      json.writeNumberField("version", VERSION);
      json.writeArrayFieldStart("packs");
      for (String pack : packs.keySet()) {
        json.writeString(pack);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("files");
      for (FileEntry file : manifest.files()) {
        write(json, file, packs);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Zstd.compress(out.toByteArray(), ZSTD_LEVEL);
  }

  private static void write(JsonGenerator json, FileEntry file, Map<String, Integer> packs)
      throws IOException {
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
        ChunkLocation at = chunk.location();
        json.writeStartArray();
        json.writeString(chunk.id().hex());
        json.writeNumber(chunk.lengthBytes());
        json.writeNumber(packs.get(at.pack()));
        json.writeNumber(at.frameOffset());
        json.writeNumber(at.frameStoredBytes());
        json.writeNumber(at.frameRawBytes());
        json.writeNumber(at.offsetInFrame());
        json.writeEndArray();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
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
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(stored));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
