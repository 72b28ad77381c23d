package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getLong;
import static dev.zoopress.codec.entropy.LittleEndian.putShort;

import dev.zoopress.codec.entropy.AnsDecoder;
import dev.zoopress.codec.entropy.AnsEncoder;
import dev.zoopress.codec.entropy.AnsTables;
import dev.zoopress.codec.entropy.StreamException;
import dev.zoopress.codec.entropy.SymbolTables;
import dev.zoopress.codec.frame.FrameCursor;
import java.io.IOException;

/**
 * The symbols of a block that went through the escape: count u24, then the symbols verbatim, or as
 * an ANS stream where the frame has a table for them and they are at least 48. Not thread-safe.
 */
public final class EscapeStream {
  private static final int LEAST_CODED = 48;
  private static final long LOW = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;

  private final AnsTables tables = new AnsTables();
  private final AnsEncoder encoder = new AnsEncoder();
  private final AnsDecoder decoder = new AnsDecoder();
  private boolean coded;
  private byte[] escapes = {};
  private int count;
  private int used;

  /** Prepares for writing with {@code table}, which may be null. */
  public void forEncoding(SymbolTables table) {
    coded = table != null;
    if (coded) {
      tables.forEncoding(table);
    }
  }

  /** Prepares for reading with {@code table}, which may be null. */
  public void forDecoding(SymbolTables table) {
    coded = table != null;
    if (coded) {
      tables.forDecoding(table);
    }
  }

  /**
   * Writes what {@code symbols} escaped; returns the end, or -1 if that might pass {@code limit}.
   */
  public int write(AnsEncoder symbols, byte[] target, int at, int limit) {
    int length = symbols.escapeCount();
    int full = length + 7 & ~7;
    if (at + 3 + length > limit) {
      return -1;
    }
    if (escapes.length < full) {
      escapes = new byte[full];
    }
    symbols.copyEscapes(escapes);
    putShort(target, at, length);
    target[at + 2] = (byte) (length >>> 16);
    if (!coded || length < LEAST_CODED) {
      System.arraycopy(escapes, 0, target, at + 3, length);
      return at + 3 + length;
    }
    java.util.Arrays.fill(escapes, length, full, escapes[0]);
    encoder.begin(tables, full);
    encoder.prepend(escapes, full);
    return at + 3 + encoder.length() > limit ? -1 : encoder.finish(target, at + 3);
  }

  /** Starts a block without escapes. */
  public void none() {
    count = 0;
    used = 0;
  }

  /** Reads the escapes of a block of {@code most} symbols. */
  public void read(FrameCursor body, int most) throws IOException {
    used = 0;
    count = body.u24();
    if (count > most) {
      throw body.damaged(count + " escapes among " + most + " symbols");
    }
    int full = count + 7 & ~7;
    if (escapes.length < full) {
      escapes = new byte[full];
    }
    if (!coded || count < LEAST_CODED) {
      System.arraycopy(body.bytes(), body.skip(count), escapes, 0, count);
      return;
    }
    int stream = body.skip(0);
    int end = decoder.begin(tables, body.bytes(), stream, stream + body.remaining());
    body.skip(end - stream);
    decoder.next(escapes, full);
    decoder.finish();
  }

  /**
   * Puts the next escapes where {@code symbols[0, length)}, a multiple of 8, hold {@code escape}.
   *
   * @throws StreamException if there are not so many
   */
  public void replace(byte[] symbols, int length, int escape) throws StreamException {
    long pattern = escape * LOW;
    for (int i = 0; i < length; i += 8) {
      long same = getLong(symbols, i) ^ pattern;
      if ((same - LOW & ~same & HIGH) != 0) {
        replaceEight(symbols, i, (byte) escape);
      }
    }
  }

  private void replaceEight(byte[] symbols, int from, byte escape) throws StreamException {
    for (int i = from; i < from + 8; i++) {
      if (symbols[i] == escape) {
        if (used == count) {
          throw new StreamException("more escapes than " + count);
        }
        symbols[i] = escapes[used++];
      }
    }
  }

  /** Checks that every escape found its place. */
  public void finish() throws StreamException {
    if (used != count) {
      throw new StreamException((count - used) + " escapes too many");
    }
  }
}
