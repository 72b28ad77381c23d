package dev.zoopress.jobs.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/** Rows as JSON lines under zstd with a checksum. */
public final class JsonLines {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private JsonLines() {}

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
      return out.toByteArray();
    }

    @Override
    public void close() throws IOException {
      rows.close();
    }
  }

  /**
   * Passes on each row.
   *
   * @param object name for error messages
   * @throws IOException if the object is damaged
   */
  public static <T> void read(String object, byte[] stored, Class<T> type, Consumer<T> each)
      throws IOException {
    ObjectReader reader = JSON.readerFor(type);
    try (InputStream in = new ZstdInputStream(new ByteArrayInputStream(stored));
        MappingIterator<T> rows = reader.readValues(in)) {
      while (rows.hasNextValue()) {
        each.accept(rows.nextValue());
      }
    } catch (IOException e) {
      throw new IOException(object + ": damaged: " + e.getMessage(), e);
    }
  }
}
