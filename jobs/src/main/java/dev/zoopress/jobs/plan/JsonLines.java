package dev.zoopress.jobs.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Rows as JSON lines under zstd, and behind that the SHA-256 of it all in a frame that zstd skips:
 * every changed bit shows, and {@code zstdcat} still prints the rows.
 */
public final class JsonLines {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** A skippable frame's magic number and its length, 32. */
  private static final byte[] SEAL = {0x5A, 0x2A, 0x4D, 0x18, 32, 0, 0, 0};

  private static final int SEAL_BYTES = SEAL.length + 32;

  private JsonLines() {}

  /** The object of a zstd frame. */
  static byte[] seal(byte[] zstd) {
    byte[] all = Arrays.copyOf(zstd, zstd.length + SEAL_BYTES);
    System.arraycopy(SEAL, 0, all, zstd.length, SEAL.length);
    System.arraycopy(Digests.sha256(zstd, 0, zstd.length), 0, all, zstd.length + SEAL.length, 32);
    return all;
  }

  /** Collects rows; {@link #bytes} gives the object. */
  public static final class Writer implements Closeable {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final SequenceWriter rows;

    public Writer() throws IOException {
      ZstdOutputStream zstd = new ZstdOutputStream(out, 3);
      zstd.setChecksum(true);
      rows =
          JSON.writer()
              .with(JsonGenerator.Feature.ESCAPE_NON_ASCII)
              .withRootValueSeparator("\n")
              .writeValues(zstd);
    }

    public void add(Object row) throws IOException {
      rows.write(row);
    }

    /** Ends the rows and returns the object's bytes. */
    public byte[] bytes() throws IOException {
      rows.close();
      return seal(out.toByteArray());
    }

    @Override
    public void close() throws IOException {
      rows.close();
    }
  }

  /** The bytes of an object, to be put elsewhere as they are. */
  public static byte[] bytes(ObjectStore store, String key, int maxBytes) throws IOException {
    return store.get(key, maxBytes, bytes -> checked(key, bytes));
  }

  /** The same bytes, if the seal says that they are as they were written. */
  private static byte[] checked(String object, byte[] stored) throws CorruptContainerException {
    int length = stored.length - SEAL_BYTES;
    if (length < 0) {
      throw new CorruptContainerException(object, stored.length, "it is cut short");
    }
    int digest = length + SEAL.length;
    if (!Arrays.equals(SEAL, 0, SEAL.length, stored, length, digest)
        || !Arrays.equals(
            Digests.sha256(stored, 0, length), 0, 32, stored, digest, stored.length)) {
      throw new CorruptContainerException(object, length, "its checksum does not match");
    }
    return stored;
  }

  /**
   * Passes on each row of an object in a store, which has at most {@code maxBytes}.
   *
   * @throws CorruptContainerException as {@link #read(String, byte[], Class, Consumer)} does
   */
  public static <T> void read(
      ObjectStore store, String key, int maxBytes, Class<T> type, Consumer<T> each)
      throws IOException {
    store.get(
        key,
        maxBytes,
        bytes -> {
          read(key, bytes, type, each);
          return null;
        });
  }

  /**
   * Passes on each row.
   *
   * @param object name for error messages
   * @throws CorruptContainerException if the object is damaged, or a row is not what {@code each}
   *     takes
   */
  public static <T> void read(String object, byte[] stored, Class<T> type, Consumer<T> each)
      throws IOException {
    int length = checked(object, stored).length - SEAL_BYTES;
    ObjectReader reader = JSON.readerFor(type);
    long row = 0;
    try (InputStream in = new ZstdInputStream(new ByteArrayInputStream(stored, 0, length));
        JsonParser parser = JSON.createParser(in)) {
      while (parser.nextToken() != null) {
        row++;
        each.accept(Objects.requireNonNull(reader.readValue(parser), "a row of nothing"));
      }
    } catch (IOException | IllegalArgumentException | NullPointerException e) {
      String why = e instanceof JacksonException json ? json.getOriginalMessage() : e.getMessage();
      throw new CorruptContainerException(object, 0, "row " + row + ": " + why);
    }
  }
}
