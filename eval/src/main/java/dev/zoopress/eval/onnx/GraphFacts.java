package dev.zoopress.eval.onnx;

import dev.zoopress.codec.MalformedInputException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an ONNX model refers to, read from its bytes without running it.
 *
 * @param inputs the graph's inputs that no initializer fills, with declared type and shape
 * @param inline initializers whose bytes lie in the model, with their length in bytes
 * @param external initializers whose bytes lie elsewhere
 * @param externalFiles the places that those name
 * @param consumed names that some node reads, nodes of inner graphs included
 */
record GraphFacts(
    Map<String, Input> inputs,
    Map<String, Long> inline,
    Set<String> external,
    Set<String> externalFiles,
    Set<String> consumed) {

  /**
   * A declared input.
   *
   * @param elementType ONNX number of the type
   * @param shape dimensions, -1 where the model leaves them open
   */
  record Input(String name, int elementType, List<Long> shape) {}

  private static final int MAX_DEPTH = 16;

  /** Initializers that no node reads: changing them changes no output. */
  Set<String> unread() {
    Set<String> unread = new TreeSet<>(inline.keySet());
    unread.addAll(external);
    unread.removeAll(consumed);
    return unread;
  }

  static GraphFacts read(String source, byte[] model) throws MalformedInputException {
    GraphFacts facts =
        new GraphFacts(
            new LinkedHashMap<>(),
            new LinkedHashMap<>(),
            new LinkedHashSet<>(),
            new TreeSet<>(),
            new LinkedHashSet<>());
    ProtoReader reader = new ProtoReader(source, ByteBuffer.wrap(model));
    for (int field = reader.next(); field != 0; field = reader.next()) {
      if (field == 7) {
        facts.graph(reader.message(), 0, source);
      } else {
        reader.skip();
      }
    }
    facts.inline.keySet().forEach(facts.inputs::remove);
    facts.external.forEach(facts.inputs::remove);
    return new GraphFacts(
        Collections.unmodifiableMap(facts.inputs),
        Collections.unmodifiableMap(facts.inline),
        Collections.unmodifiableSet(facts.external),
        Collections.unmodifiableSet(facts.externalFiles),
        Collections.unmodifiableSet(facts.consumed));
  }

  private void graph(ProtoReader reader, int depth, String source) throws MalformedInputException {
    if (depth > MAX_DEPTH) {
      throw new MalformedInputException(
          source, 0, "graphs nested more than " + MAX_DEPTH + " deep");
    }
    for (int field = reader.next(); field != 0; field = reader.next()) {
      switch (field) {
        case 1 -> node(reader.message(), depth, source);
        case 5 -> initializer(reader.message());
        case 11 -> {
          Input input = input(reader.message());
          if (depth == 0) {
            inputs.put(input.name(), input);
          }
        }
        case 12 -> consumed.add(output(reader.message()));
        default -> reader.skip();
      }
    }
  }

  private void node(ProtoReader reader, int depth, String source) throws MalformedInputException {
    for (int field = reader.next(); field != 0; field = reader.next()) {
      if (field == 1) {
        consumed.add(reader.text());
      } else if (field == 5) {
        ProtoReader attribute = reader.message();
        for (int part = attribute.next(); part != 0; part = attribute.next()) {
          if (part == 6 || part == 11) {
            graph(attribute.message(), depth + 1, source);
          } else {
            attribute.skip();
          }
        }
      } else {
        reader.skip();
      }
    }
  }

  private void initializer(ProtoReader reader) throws MalformedInputException {
    String name = "";
    long bytes = 0;
    boolean isExternal = false;
    for (int field = reader.next(); field != 0; field = reader.next()) {
      switch (field) {
        case 4, 5, 6, 7, 9, 10, 11 -> {
          if (reader.isPart()) {
            bytes += reader.part().remaining();
          } else {
            reader.skip();
            bytes += 8;
          }
        }
        case 8 -> name = reader.text();
        case 13 -> externalPlace(reader.message());
        case 14 -> isExternal = reader.number() == 1;
        default -> reader.skip();
      }
    }
    if (isExternal) {
      external.add(name);
    } else {
      inline.put(name, bytes);
    }
  }

  private void externalPlace(ProtoReader reader) throws MalformedInputException {
    String key = "";
    String value = "";
    for (int field = reader.next(); field != 0; field = reader.next()) {
      switch (field) {
        case 1 -> key = reader.text();
        case 2 -> value = reader.text();
        default -> reader.skip();
      }
    }
    if (key.equals("location")) {
      externalFiles.add(value);
    }
  }

  private static String output(ProtoReader reader) throws MalformedInputException {
    return input(reader).name();
  }

  private static Input input(ProtoReader reader) throws MalformedInputException {
    String name = "";
    int type = 0;
    List<Long> shape = new ArrayList<>();
    for (int field = reader.next(); field != 0; field = reader.next()) {
      if (field == 1) {
        name = reader.text();
      } else if (field == 2) {
        type = type(reader.message(), shape);
      } else {
        reader.skip();
      }
    }
    return new Input(name, type, List.copyOf(shape));
  }

  private static int type(ProtoReader reader, List<Long> shape) throws MalformedInputException {
    int type = 0;
    for (int field = reader.next(); field != 0; field = reader.next()) {
      if (field != 1) {
        reader.skip();
        continue;
      }
      ProtoReader tensor = reader.message();
      for (int part = tensor.next(); part != 0; part = tensor.next()) {
        if (part == 1) {
          type = (int) tensor.number();
        } else if (part == 2) {
          dims(tensor.message(), shape);
        } else {
          tensor.skip();
        }
      }
    }
    return type;
  }

  private static void dims(ProtoReader reader, List<Long> shape) throws MalformedInputException {
    for (int field = reader.next(); field != 0; field = reader.next()) {
      if (field != 1) {
        reader.skip();
        continue;
      }
      ProtoReader dim = reader.message();
      long size = -1;
      for (int part = dim.next(); part != 0; part = dim.next()) {
        if (part == 1) {
          size = dim.number();
        } else {
          dim.skip();
        }
      }
      shape.add(size);
    }
  }
}
