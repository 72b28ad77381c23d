package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the pickle of a PyTorch archive without unpickling: a stack machine that knows the opcodes
 * tensor rebuilds use, imports nothing, calls nothing and only notes what would have been called.
 * Stack, memo and number of values are limited; any other opcode ends it.
 */
final class PickleReader {
  /** Largest pickle that is read; a model of ten thousand tensors needs about 3 MB. */
  static final int MAX_BYTES = 32 << 20;

  private static final int MAX_STACK = 1 << 20;
  private static final int MAX_MEMO = 1 << 20;
  private static final int MAX_VALUES = 1 << 21;
  private static final int MAX_TEXT_BYTES = 1 << 16;
  private static final Object MARK = new Object();
  private static final PickleValue.Tuple EMPTY = new PickleValue.Tuple();

  private final SourceCursor in;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private final List<PickleValue.Node> calls = new ArrayList<>();
  private final List<PickleValue.PersistentId> persistentIds = new ArrayList<>();
  private long at;
  private int values;
  private Object result = PickleValue.OTHER;

  private PickleReader(SourceCursor in) {
    this.in = in;
  }

  /**
   * Reads the pickle in {@code [startBytes, startBytes + lengthBytes)} of {@code source}.
   *
   * @throws dev.zoopress.codec.MalformedInputException if it is damaged, too large, or uses an
   *     opcode that tensor rebuilds do not need
   */
  static PickleReader read(ByteSource source, long startBytes, long lengthBytes)
      throws IOException {
    SourceCursor in = new SourceCursor(source, startBytes, startBytes + lengthBytes);
    if (lengthBytes > MAX_BYTES) {
      throw in.malformed("a pickle of " + lengthBytes + " bytes, at most " + MAX_BYTES);
    }
    PickleReader reader = new PickleReader(in);
    boolean more = true;
    while (more) {
      reader.at = in.position();
      more = reader.step(in.u8());
    }
    return reader;
  }

  /** The pickled value. */
  Object result() {
    return result;
  }

  /** Everything that would have been called, in order. */
  List<PickleValue.Node> calls() {
    return calls;
  }

  /** Every persistent reference, in order. */
  List<PickleValue.PersistentId> persistentIds() {
    return persistentIds;
  }

  /** Executes one opcode; false after the last. */
  private boolean step(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> in.skip(1); // PROTO
      case 0x95 -> in.skip(8); // FRAME
      case '.' -> {
        result = pop();
        return false;
      }
      case '(' -> push(MARK);
      case '0' -> pop();
      case '1' -> popToMark();
      case 'N', 0x88, 0x89 -> push(PickleValue.OTHER); // None, True, False
      case 'J' -> push((long) in.i32());
      case 'K' -> push((long) in.u8());
      case 'M' -> push((long) in.u16());
      case 0x8a -> pushLong(in.u8());
      case 'G' -> {
        in.skip(8);
        push(PickleValue.OTHER);
      }
      case 'U', 0x8c -> push(text(in.u8()));
      case 'T', 'X' -> push(text(in.u32()));
      case 'C' -> pushSkipped(in.u8());
      case 'B' -> pushSkipped(in.u32());
      case ')' -> push(EMPTY);
      case 't' -> push(new PickleValue.Tuple(count(popToMark())));
      case 0x85, 0x86, 0x87 -> pushTuple(opcode - 0x84);
      case ']', '}', 0x8f -> push(count(new PickleValue.Node(PickleValue.OTHER, EMPTY)));
      case 'a' -> extend(pop());
      case 'e', 'u', 0x90 -> extend(popToMark());
      case 's' -> {
        Object value = pop();
        extend(pop(), value);
      }
      case 'c' -> push(count(new PickleValue.Global(line(), line())));
      case 0x93 -> pushStackGlobal();
      case 'R', 0x81 -> pushCall();
      case 'b' -> build();
      case 'Q' -> pushPersistentId();
      default -> memoStep(opcode);
    }
    return true;
  }

  private void memoStep(int opcode) throws IOException {
    switch (opcode) {
      case 'q' -> memoize(in.u8());
      case 'r' -> memoize(in.u32());
      case 0x94 -> memoize(memo.size());
      case 'h' -> recall(in.u8());
      case 'j' -> recall(in.u32());
      default -> throw in.malformed(at, String.format("pickle opcode 0x%02x is not read", opcode));
    }
  }

  private void memoize(long index) throws IOException {
    Object top = pop();
    if (top == MARK || memo.size() == MAX_MEMO) {
      throw in.malformed(at, "pickle memo is overfull or given a mark");
    }
    stack.add(top);
    memo.put(index, top);
  }

  private void recall(long index) throws IOException {
    Object value = memo.get(index);
    if (value == null) {
      throw in.malformed(at, "pickle memo has no entry " + index);
    }
    push(value);
  }

  private void pushLong(int length) throws IOException {
    if (length > 8) {
      pushSkipped(length);
      return;
    }
    long value = 0;
    for (int i = 0; i < length; i++) {
      value |= (long) in.u8() << (8 * i);
    }
    int unused = 64 - 8 * length;
    push(length == 0 ? 0L : value << unused >> unused);
  }

  private void pushSkipped(long length) throws IOException {
    in.skip(length);
    push(PickleValue.OTHER);
  }

  private void pushTuple(int size) throws IOException {
    Object[] items = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = pop();
    }
    push(new PickleValue.Tuple(count(items)));
  }

  private void pushStackGlobal() throws IOException {
    Object name = pop();
    Object module = pop();
    if (!(name instanceof String nameText) || !(module instanceof String moduleText)) {
      throw in.malformed(at, "a pickled global without names");
    }
    push(count(new PickleValue.Global(moduleText, nameText)));
  }

  private void pushCall() throws IOException {
    Object arguments = pop();
    Object callable = pop();
    if (!(arguments instanceof PickleValue.Tuple tuple)) {
      throw in.malformed(at, "a pickled call without arguments");
    }
    PickleValue.Node call = count(new PickleValue.Node(callable, tuple));
    calls.add(call);
    push(call);
  }

  private void pushPersistentId() throws IOException {
    PickleValue.PersistentId id = count(new PickleValue.PersistentId(pop()));
    persistentIds.add(id);
    push(id);
  }

  private void build() throws IOException {
    Object state = pop();
    if (peek() instanceof PickleValue.Node node) {
      node.setState(state);
    }
  }

  /** Adds items to the container on top of the stack; to anything else they mean nothing here. */
  private void extend(Object... items) throws IOException {
    Object container = peek();
    values += items.length;
    requireFewValues();
    if (container instanceof PickleValue.Node node) {
      node.items().addAll(Arrays.asList(items));
    }
  }

  private void push(Object value) throws IOException {
    if (stack.size() == MAX_STACK) {
      throw in.malformed(at, "pickle stack holds more than " + MAX_STACK + " values");
    }
    stack.add(value);
  }

  private Object pop() throws IOException {
    Object value = peek();
    stack.remove(stack.size() - 1);
    return value;
  }

  private Object peek() throws IOException {
    if (stack.isEmpty() || stack.get(stack.size() - 1) == MARK) {
      throw in.malformed(at, "pickle stack is empty");
    }
    return stack.get(stack.size() - 1);
  }

  private Object[] popToMark() throws IOException {
    int mark = stack.lastIndexOf(MARK);
    if (mark < 0) {
      throw in.malformed(at, "pickle has no mark");
    }
    List<Object> tail = stack.subList(mark + 1, stack.size());
    Object[] items = tail.toArray();
    stack.subList(mark, stack.size()).clear();
    return items;
  }

  private <T> T count(T value) throws IOException {
    values++;
    requireFewValues();
    return value;
  }

  private Object[] count(Object[] items) throws IOException {
    values += 1 + items.length;
    requireFewValues();
    return items;
  }

  private void requireFewValues() throws IOException {
    if (values > MAX_VALUES) {
      throw in.malformed(at, "pickle holds more than " + MAX_VALUES + " values");
    }
  }

  private String text(long length) throws IOException {
    if (length > MAX_TEXT_BYTES) {
      in.skip(length);
      return "";
    }
    values++;
    requireFewValues();
    return new String(in.bytes((int) length), StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int b = in.u8(); b != '\n'; b = in.u8()) {
      if (text.length() == MAX_TEXT_BYTES) {
        throw in.malformed(at, "a pickled name of more than " + MAX_TEXT_BYTES + " bytes");
      }
      text.append((char) b);
    }
    return text.toString();
  }
}
