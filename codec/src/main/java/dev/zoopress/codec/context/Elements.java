package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getInt;
import static dev.zoopress.codec.entropy.LittleEndian.getLong;
import static dev.zoopress.codec.entropy.LittleEndian.putInt;
import static dev.zoopress.codec.entropy.LittleEndian.putLong;
import static dev.zoopress.codec.entropy.LittleEndian.putShort;

/**
 * What of an element is coded as symbol and raw bits, and which of its bytes are planes of their
 * own.
 */
public enum Elements {
  /** The element is one byte and wholly in the symbol. */
  BYTES(1, 1),
  /** The element is one word. */
  WORDS(2, 2),
  /** An F32's high half is the word; bytes 0 and 1 are planes. */
  HIGH_OF_32(4, 2),
  /** An F32 that equals an F16: that is the word; others are exceptions. */
  HALF_OF_32(4, 2),
  /** An F64's high quarter is the word; bytes 0 to 5 are planes. */
  HIGH_OF_64(8, 2),
  /** Integers of 2, 4 and 8 bytes: the highest byte is in the symbol, the others are planes. */
  HIGH_BYTE_OF_16(2, 1),
  HIGH_BYTE_OF_32(4, 1),
  HIGH_BYTE_OF_64(8, 1);

  private final int elementBytes;
  private final int codedBytes;

  Elements(int elementBytes, int codedBytes) {
    this.elementBytes = elementBytes;
    this.codedBytes = codedBytes;
  }

  int elementBytes() {
    return elementBytes;
  }

  /** 1 where bytes are coded, 2 where words are. */
  int codedBytes() {
    return codedBytes;
  }

  /** Byte planes beside the coded part, lowest first. */
  int planes() {
    return this == HALF_OF_32 ? 0 : elementBytes - codedBytes;
  }

  /** Whether the coded part lies as such in the source. */
  boolean direct() {
    return elementBytes == codedBytes;
  }

  /** Writes the coded parts of {@code count} elements to {@code coded} from 0 on. */
  void read(byte[] source, int at, int count, byte[] coded) {
    if (this == HIGH_OF_32) {
      highHalves(source, at, count, coded);
    } else if (this == HALF_OF_32) {
      for (int i = 0; i < count; i++) {
        putShort(coded, 2 * i, half(getInt(source, at + 4 * i)));
      }
    } else {
      int skipped = planes();
      for (int i = 0; i < count; i++) {
        int from = at + i * elementBytes + skipped;
        coded[i * codedBytes] = source[from];
        if (codedBytes == 2) {
          coded[2 * i + 1] = source[from + 1];
        }
      }
    }
  }

  private static void highHalves(byte[] source, int at, int count, byte[] coded) {
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      long first = getLong(source, at + 4 * i);
      long second = getLong(source, at + 4 * i + 8);
      first = first >>> 16 & 0xffff | first >>> 32 & 0xffff0000L;
      second = second << 16 & 0xffff00000000L | second & 0xffff000000000000L;
      putLong(coded, 2 * i, first | second);
    }
    for (; i < count; i++) {
      putShort(coded, 2 * i, getInt(source, at + 4 * i) >>> 16);
    }
  }

  /** Writes byte {@code plane} of {@code count} elements to {@code target} from {@code to} on. */
  void readPlane(byte[] source, int at, int count, int plane, byte[] target, int to) {
    int i = 0;
    if (elementBytes == 4) {
      int shift = 8 * plane;
      for (; i + 4 <= count; i += 4) {
        long first = getLong(source, at + 4 * i) >>> shift & 0x000000ff000000ffL;
        long second = getLong(source, at + 4 * i + 8) >>> shift & 0x000000ff000000ffL;
        first = (first | second << 16) & 0x00ff00ff00ff00ffL;
        // Bytes 0, 2, 4, 6 now hold elements 0, 2, 1, 3.
        int low = (int) first;
        int high = (int) (first >>> 32);
        putInt(
            target,
            to + i,
            low & 0xff | (high & 0xff) << 8 | low & 0xff0000 | (high & 0xff0000) << 8);
      }
    }
    for (; i < count; i++) {
      target[to + i] = source[at + i * elementBytes + plane];
    }
  }

  /** Puts {@code count} coded parts and their planes together at {@code target[at...]}. */
  void write(byte[] coded, byte[][] planes, int planesAt, int count, byte[] target, int at) {
    if (this == HIGH_OF_32) {
      merge32(coded, planes[0], planes[1], planesAt, count, target, at);
      return;
    }
    for (int plane = 0; plane < planes(); plane++) {
      byte[] from = planes[plane];
      for (int i = 0; i < count; i++) {
        target[at + i * elementBytes + plane] = from[planesAt + i];
      }
    }
    if (this == HALF_OF_32) {
      for (int i = 0; i < count; i++) {
        int half = coded(coded, i);
        putInt(target, at + 4 * i, widened(half));
      }
      return;
    }
    int skipped = planes();
    for (int i = 0; i < count; i++) {
      int to = at + i * elementBytes + skipped;
      target[to] = coded[i * codedBytes];
      if (codedBytes == 2) {
        target[to + 1] = coded[2 * i + 1];
      }
    }
  }

  private static void merge32(
      byte[] words, byte[] low, byte[] middle, int planesAt, int count, byte[] target, int at) {
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      long high = getLong(words, 2 * i);
      long x = getInt(low, planesAt + i) & 0xffffffffL;
      long y = getInt(middle, planesAt + i) & 0xffffffffL;
      x = (x | x << 16) & 0x0000ffff0000ffffL;
      y = (y | y << 16) & 0x0000ffff0000ffffL;
      // Each lane of 32 bits now holds two bytes of a plane, of two neighbouring elements.
      long lower = x & 0xff | (x & 0xff00) << 24 | (y & 0xff | (y & 0xff00) << 24) << 8;
      x >>>= 32;
      y >>>= 32;
      long upper = x & 0xff | (x & 0xff00) << 24 | (y & 0xff | (y & 0xff00) << 24) << 8;
      lower |= (high & 0xffff) << 16 | (high & 0xffff0000L) << 32;
      upper |= (high >>> 32 & 0xffff) << 16 | high & 0xffff000000000000L;
      putLong(target, at + 4 * i, lower);
      putLong(target, at + 4 * i + 8, upper);
    }
    for (; i < count; i++) {
      int word = coded(words, i);
      putInt(
          target,
          at + 4 * i,
          word << 16 | (middle[planesAt + i] & 0xff) << 8 | low[planesAt + i] & 0xff);
    }
  }

  private static int coded(byte[] words, int i) {
    return words[2 * i] & 0xff | (words[2 * i + 1] & 0xff) << 8;
  }

  /** Whether an F32 is equal to an F16 in every bit that counts. */
  public static boolean isHalf(int bits) {
    return widened(half(bits)) == bits;
  }

  /** The F16 bits of an F32 that is one; anything for others. */
  public static int half(int bits) {
    int exponent = (bits >>> 23 & 0xff) - 112;
    int sign = bits >>> 16 & 0x8000;
    if (exponent > 0) {
      return exponent >= 31 ? sign : sign | exponent << 10 | bits >>> 13 & 0x3ff;
    }
    float scaled = Float.intBitsToFloat(bits & 0x7fffffff) * 0x1p24f;
    return sign | (int) scaled;
  }

  /** The F32 bits of an F16 that is neither infinite nor NaN. */
  public static int widened(int half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >>> 10 & 0x1f;
    int mantissa = half & 0x3ff;
    if (exponent != 0) {
      return sign | exponent + 112 << 23 | mantissa << 13;
    }
    return sign | Float.floatToRawIntBits(mantissa * 0x1p-24f);
  }
}
