package dev.zoopress.codec.format;

import java.nio.charset.StandardCharsets;

/**
 * Writes pickles of protocol 2 opcode by opcode, as {@code torch.save} spells state dictionaries.
 */
final class PickleWriter {
  private final Bytes out = new Bytes();

  PickleWriter() {
    out.u8(0x80, 2);
  }

  PickleWriter op(int... opcodes) {
    out.u8(opcodes);
    return this;
  }

  PickleWriter global(String module, String name) {
    out.u8('c').text(module + "\n" + name + "\n");
    return this;
  }

  PickleWriter text(String text) {
    out.u8('X').u32(text.getBytes(StandardCharsets.UTF_8).length).text(text);
    return this;
  }

  PickleWriter number(long value) {
    out.u8('J').u32(value);
    return this;
  }

  PickleWriter tuple(long... values) {
    out.u8('(');
    for (long value : values) {
      number(value);
    }
    out.u8('t');
    return this;
  }

  PickleWriter storage(String type, String key, long elements) {
    out.u8('(');
    text("storage").global(type.equals("UntypedStorage") ? "torch.storage" : "torch", type);
    return text(key).text("cpu").number(elements).op('t', 'Q');
  }

  /** Opens an ordered dictionary; {@link #endDict} closes it. */
  PickleWriter dict() {
    return global("collections", "OrderedDict").op(')', 'R', '(');
  }

  PickleWriter endDict() {
    return op('u');
  }

  /** A call of {@code _rebuild_tensor_v2}. */
  PickleWriter tensor(
      String type, String key, long elements, long first, long[] size, long[] stride) {
    global("torch._utils", "_rebuild_tensor_v2").op('(').storage(type, key, elements);
    number(first).tuple(size).tuple(stride).op(0x89);
    return global("collections", "OrderedDict").op(')', 'R', 't', 'R');
  }

  byte[] done() {
    out.u8('.');
    return out.done();
  }
}
