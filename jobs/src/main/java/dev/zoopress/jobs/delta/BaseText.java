package dev.zoopress.jobs.delta;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.codec.view.Rule;
import dev.zoopress.codec.view.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A base as one line of JSON, for rows of records and of the index: the same base gives the same
 * text. Empty for none.
 */
public final class BaseText {
  private static final JsonMapper JSON = new JsonMapper();

  private BaseText() {}

  public static String write(Base base) {
    return base == null ? "" : node(base).toString();
  }

  private static ArrayNode node(Base base) {
    ArrayNode array = JSON.createArrayNode();
    View view = base.view();
    array.add(view.from().name()).add(view.rows()).add(view.columns());
    array.add(view.rule().name()).add(view.to().name());
    ArrayNode scales = array.addArray();
    if (base.scales() != null) {
      Base.Scales s = base.scales();
      scales.add(node(s.chunk())).add(s.offsetBytes()).add(s.count()).add(s.stride()).add(s.zero());
    }
    ArrayNode chunks = array.addArray();
    base.chunks().forEach(c -> chunks.add(node(c)));
    return array;
  }

  private static ArrayNode node(ChunkEntry chunk) {
    ArrayNode array = JSON.createArrayNode();
    ChunkLocation at = chunk.location();
    array.add(chunk.id().hex()).add(chunk.lengthBytes()).add(at.pack()).add(at.frameOffset());
    array.add(at.frameStoredBytes()).add(at.frameRawBytes()).add(at.offsetInFrame());
    if (at.base() != null) {
      array.add(node(at.base())).add(at.basePosition());
    }
    return array;
  }

  /** The base that {@link #write} wrote; null for empty text. */
  public static Base read(String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      return base(JSON.readTree(text));
    } catch (IOException e) {
      throw new UncheckedIOException("a base in a record is damaged", e);
    }
  }

  private static Base base(JsonNode array) {
    View view =
        new View(
            DType.valueOf(array.get(0).asText()),
            array.get(1).asInt(),
            array.get(2).asInt(),
            Rule.valueOf(array.get(3).asText()),
            DType.valueOf(array.get(4).asText()));
    JsonNode s = array.get(5);
    Base.Scales scales =
        s.isEmpty()
            ? null
            : new Base.Scales(
                chunk(s.get(0)),
                s.get(1).asInt(),
                s.get(2).asInt(),
                s.get(3).asLong(),
                s.get(4).asInt());
    List<ChunkEntry> chunks = new ArrayList<>();
    array.get(6).forEach(c -> chunks.add(chunk(c)));
    return new Base(view, chunks, scales);
  }

  private static ChunkEntry chunk(JsonNode array) {
    ChunkLocation at =
        new ChunkLocation(
            array.get(2).asText(),
            array.get(3).asLong(),
            array.get(4).asInt(),
            array.get(5).asInt(),
            array.get(6).asInt());
    if (array.size() > 7) {
      at = at.standingOn(base(array.get(7)), array.get(8).asLong());
    }
    return new ChunkEntry(ChunkId.parse(array.get(0).asText()), array.get(1).asInt(), at);
  }
}
