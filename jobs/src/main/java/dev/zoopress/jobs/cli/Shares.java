package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.compress.ByteShare;
import java.io.IOException;
import java.util.Map;

/** Source and stored bytes per technique or element type, as documents show them. */
final class Shares {
  private Shares() {}

  static void write(JsonGenerator json, String name, Map<String, ByteShare> shares)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, ByteShare> e : shares.entrySet()) {
      json.writeObjectFieldStart(e.getKey());
      json.writeNumberField("bytes", e.getValue().bytes());
      json.writeNumberField("stored", e.getValue().stored());
      json.writeEndObject();
    }
    json.writeEndObject();
  }
}
