package dev.zoopress.codec.frame;

import dev.zoopress.codec.CorruptContainerException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads a stretch of a frame's stored bytes, little-endian, never past its end. */
public final class FrameCursor {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final FrameHead head;
  private final byte[] bytes;
  private final int end;
  private final int frameStart;
  private int position;

  /**
   * A cursor over {@code bytes[offset, offset + length)}.
   *
   * @param storedOffset where that stretch lies in the frame, for error messages
   */
  FrameCursor(FrameHead head, byte[] bytes, int offset, int length, int storedOffset) {
    this.head = head;
    this.bytes = bytes;
    this.position = offset;
    this.end = offset + length;
    this.frameStart = offset - storedOffset;
  }

  /** The array under the cursor; {@link #skip} gives positions in it. */
  public byte[] bytes() {
    return bytes;
  }

  public int remaining() {
    return end - position;
  }

  public int u8() throws CorruptContainerException {
    return bytes[skip(1)] & 0xff;
  }

  public int u16() throws CorruptContainerException {
    int at = skip(2);
    return (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8;
  }

  public int u24() throws CorruptContainerException {
    return u16() | u8() << 16;
  }

  /** Four bytes as a signed int: check for below zero where it is a length. */
  public int i32() throws CorruptContainerException {
    return (int) INT.get(bytes, skip(4));
  }

  /** Moves over {@code length} bytes and returns where they start in {@link #bytes()}. */
  public int skip(int length) throws CorruptContainerException {
    if (length < 0 || length > end - position) {
      throw damaged("needs " + length + " bytes, has " + (end - position));
    }
    int at = position;
    position += length;
    return at;
  }

  /** Checks that nothing is left. */
  public void finish() throws CorruptContainerException {
    if (position != end) {
      throw damaged((end - position) + " bytes too many");
    }
  }

  /** The error for damage at the cursor's position, at the last byte where it is at the end. */
  public CorruptContainerException damaged(String reason) {
    return head.damaged(Math.min(position, end - 1) - frameStart, reason);
  }
}
