package dev.zoopress.codec.format;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads the JSON header of a safetensors file, as strictly as the reference implementation and,
 * where that lets broken headers pass (a tensor named twice), as strictly as the format's own
 * description.
 */
final class SafetensorsHeader {
  /** One tensor; offsets count from the first byte after the header. */
  record Entry(
      String name, DType dtype, List<Long> shape, long begin, long end, long headerOffsetBytes) {}

  /** The reference gives up at the same depth. */
  private static final int MAX_DEPTH = 127;

  private static final int MAX_NAME_CHARS = 1 << 16;
  private static final int MAX_NUMBER_CHARS = 1000;
  private static final String METADATA = "__metadata__";

  private static final Map<String, DType> DTYPES =
      EnumSet.complementOf(EnumSet.of(DType.OPAQUE, DType.C128)).stream()
          .collect(Collectors.toUnmodifiableMap(DType::name, Function.identity()));

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNameLength(MAX_NAME_CHARS)
                  .maxNumberLength(MAX_NUMBER_CHARS)
                  .maxStringLength(SafetensorsParser.MAX_HEADER_BYTES)
                  .build())
          .build();

  private final String source;
  private final JsonParser json;
  private final Set<String> names = new HashSet<>();
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final TensorBudget budget;

  private SafetensorsHeader(String source, JsonParser json) {
    this.source = source;
    this.json = json;
    this.budget = new TensorBudget(source);
  }

  /** Reads {@code header}, which is valid UTF-8 and starts with a brace. */
  static SafetensorsHeader read(String source, byte[] header) throws IOException {
    // A zero byte here would make the JSON library take the header for UTF-16.
    for (int i = 1; i < Math.min(4, header.length); i++) {
      if (header[i] == 0) {
        throw new MalformedInputException(
            source, SafetensorsParser.PREFIX_BYTES + i, "the header is not JSON: zero byte");
      }
    }
    try (JsonParser json = JSON.createParser(header)) {
      SafetensorsHeader reader = new SafetensorsHeader(source, json);
      reader.readObject();
      return reader;
    } catch (JacksonException e) {
      long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
      throw new MalformedInputException(
          source,
          SafetensorsParser.PREFIX_BYTES + at,
          "the header is not JSON: " + Quoted.of(e.getOriginalMessage()));
    }
  }

  /** The tensors in the header's own order; the caller's to sort. */
  List<Entry> entries() {
    return entries;
  }

  /** What stands in {@code __metadata__}. */
  Map<String, String> metadata() {
    return metadata;
  }

  private void readObject() throws IOException {
    expect(json.nextToken(), JsonToken.START_OBJECT, "an object");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      long at = offset();
      String name = json.currentName();
      requireWellFormed(name);
      if (!names.add(name)) {
        throw malformed(at, "duplicate key " + Quoted.of(name));
      }
      json.nextToken();
      if (name.equals(METADATA)) {
        readMetadata();
      } else {
        entries.add(readTensor(name, at));
      }
    }
    if (json.nextToken() != null) {
      throw malformed(offset(), "text after the header's object");
    }
  }

  private void readMetadata() throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    expect(json.currentToken(), JsonToken.START_OBJECT, "an object as " + METADATA);
    while (json.nextToken() != JsonToken.END_OBJECT) {
      requireWellFormed(json.currentName());
      String key = json.currentName();
      if (metadata.containsKey(key)) {
        throw malformed(offset(), "duplicate key " + Quoted.of(key) + " in " + METADATA);
      }
      expect(json.nextToken(), JsonToken.VALUE_STRING, "a string in " + METADATA);
      requireWellFormed(json.getText());
      metadata.put(key, json.getText());
    }
  }

  private Entry readTensor(String name, long at) throws IOException {
    expect(json.currentToken(), JsonToken.START_OBJECT, "an object as tensor " + Quoted.of(name));
    DType dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      requireWellFormed(field);
      json.nextToken();
      switch (field) {
        case "dtype" -> {
          requireFirst(dtype, field);
          dtype = readDtype();
        }
        case "shape" -> {
          requireFirst(shape, field);
          shape = readNumbers(TensorShape.MAX_RANK, field);
        }
        case "data_offsets" -> {
          requireFirst(offsets, field);
          offsets = readNumbers(2, field);
        }
        default -> skipChecked();
      }
    }
    if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
      throw malformed(
          at,
          "tensor "
              + Quoted.of(name)
              + " needs dtype, shape and two data_offsets, no more, no less");
    }
    budget.charge(name, shape.size(), at);
    return new Entry(name, dtype, shape, offsets.get(0), offsets.get(1), at);
  }

  private DType readDtype() throws IOException {
    expect(json.currentToken(), JsonToken.VALUE_STRING, "a string as dtype");
    DType dtype = DTYPES.get(json.getText());
    if (dtype == null) {
      throw malformed(offset(), "unknown dtype " + Quoted.of(json.getText()));
    }
    return dtype;
  }

  private List<Long> readNumbers(int most, String field) throws IOException {
    expect(json.currentToken(), JsonToken.START_ARRAY, "an array as " + field);
    List<Long> numbers = new ArrayList<>(4);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, "an integer in " + field);
      if (numbers.size() == most) {
        throw malformed(offset(), "more than " + most + " numbers in " + field);
      }
      String digits = json.getText();
      // "-0" is no unsigned integer for the reference either.
      if (digits.startsWith("-") || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw malformed(offset(), Quoted.of(digits) + " in " + field + " is not in 0 to 2^63-1");
      }
      numbers.add(json.getLongValue());
    }
    return List.copyOf(numbers);
  }

  /** Fields that nobody knows are allowed, but must be sound JSON with representable values. */
  private void skipChecked() throws IOException {
    int depth = 0;
    do {
      JsonToken token = json.currentToken();
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING) {
        requireWellFormed(json.getText());
      } else if (token.isNumeric() && Double.isInfinite(Double.parseDouble(json.getText()))) {
        throw malformed(offset(), "number out of range");
      }
    } while (depth > 0 && json.nextToken() != null);
  }

  /** Escapes can spell half a surrogate pair, which is no Unicode text. */
  private void requireWellFormed(String text) throws MalformedInputException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (!Character.isHighSurrogate(c)
          || i + 1 == text.length()
          || !Character.isLowSurrogate(text.charAt(i + 1))) {
        throw malformed(offset(), "unpaired surrogate in a string");
      }
      i++;
    }
  }

  private void requireFirst(Object seen, String field) throws MalformedInputException {
    if (seen != null) {
      throw malformed(offset(), "duplicate key " + Quoted.of(field));
    }
  }

  private void expect(JsonToken found, JsonToken wanted, String what)
      throws MalformedInputException {
    if (found != wanted) {
      throw malformed(offset(), "expected " + what);
    }
  }

  private long offset() {
    return SafetensorsParser.PREFIX_BYTES
        + Math.max(0, json.currentTokenLocation().getByteOffset());
  }

  private MalformedInputException malformed(long at, String reason) {
    return new MalformedInputException(source, at, reason);
  }
}
