package dev.zoopress.codec.plane;

import dev.zoopress.codec.frame.BlockDecoder;
import dev.zoopress.codec.frame.FrameCursor;
import dev.zoopress.codec.frame.FrameHead;
import java.io.IOException;
import java.util.Arrays;

/** Reads frames of kind GROUPED; the grammar is in the package description. */
public final class GroupedDecoder implements BlockDecoder {
  private static final int TILE = GroupedEncoder.TILE;

  private final PlaneReader reader = new PlaneReader();
  private final ScaleGrid scales = new ScaleGrid();
  private final byte[] tile = new byte[2 * TILE];
  private byte[] escapes = new byte[0];
  private byte[] escapePlane = new byte[0];
  private byte[] symbols = new byte[0];
  private byte[][] scratch = new byte[0][];
  private FrameHead head;
  private Elements elements;
  private boolean scaled;

  @Override
  public void begin(FrameHead head, FrameCursor shared) throws IOException {
    this.head = head;
    this.elements = Elements.of(head.dtype());
    this.scaled = shared.remaining() > 0;
    if (scaled) {
      if (elements.width() != 2) {
        throw shared.damaged("scales for elements of " + elements.width() + " bytes");
      }
      scales.read(reader, shared, head.grid().rawLength() / 2);
      shared.finish();
    }
  }

  @Override
  public void decodeBlock(int block, FrameCursor body, byte[] target, int targetOffset)
      throws IOException {
    int width = elements.width();
    int length = head.grid().rawLength(block);
    int mode = body.u8();
    int flags = mode & ~GroupedEncoder.LAYOUT_MASK;
    WordLayout layout = WordLayout.ofCode(mode & GroupedEncoder.LAYOUT_MASK);
    if (layout == null || length % width != 0) {
      throw body.damaged("layout " + mode);
    }
    if (width == 1) {
      if (mode != 0) {
        throw body.damaged("layout " + mode);
      }
      reader.readTagged(body, target, targetOffset, length);
      return;
    }
    if (flags != 0 && !(flags == GroupedEncoder.SCALED && scaled)) {
      throw body.damaged("layout " + mode);
    }
    int count = length / width & -JointWords.GROUP;
    if (count == 0) {
      throw body.damaged("layout " + mode + " of less than a group");
    }
    int first = head.grid().rawOffset(block) / width;
    decodeWords(layout, flags, width, count, first, body, target, targetOffset);
    int tail = length - count * width;
    int tailAt = body.skip(tail);
    System.arraycopy(body.bytes(), tailAt, target, targetOffset + count * width, tail);
  }

  private void decodeWords(
      WordLayout layout,
      int flags,
      int width,
      int count,
      int first,
      FrameCursor body,
      byte[] target,
      int targetOffset)
      throws IOException {
    int planes = width - 1;
    int base = layout.joint() ? body.u16() : 0;
    int escapeCount = layout.joint() ? body.u24() : 0;
    if (base > JointWords.MAX_BASE || escapeCount > count) {
      throw body.damaged("base " + base + ", " + escapeCount + " escapes of " + count);
    }
    int tagsAt = body.skip(planes + 1);
    byte[] bytes = body.bytes();
    ensure(count, planes, escapeCount);
    byte[][] from = new byte[planes][];
    int[] fromAt = new int[planes];
    boolean packed = bytes[tagsAt + planes - 1] == PlaneWriter.PACKED;
    if (packed && !layout.joint()) {
      throw body.damaged("packed plane");
    }
    for (int p = 0; p < planes; p++) {
      from[p] = scratch[p];
      boolean low = p == planes - 1;
      if (bytes[tagsAt + p] == PlaneWriter.VERBATIM || low && packed) {
        from[p] = bytes;
        fromAt[p] = body.skip(low && packed ? JointWords.packedBytes(count) : count);
      }
    }
    for (int p = 0; p < planes; p++) {
      if (from[p] != bytes) {
        reader.read(bytes[tagsAt + p], body, from[p], 0, count);
      }
    }
    reader.read(bytes[tagsAt + planes], body, symbols, 0, count);
    JointWords joint = layout.joint() ? new JointWords(layout, base, escapes, escapeCount) : null;
    for (int lane = 0; joint != null && lane < 2; lane++) {
      reader.readTagged(body, escapePlane, 0, escapeCount);
      Lanes.scatter(escapePlane, 0, escapeCount, 2, lane, escapes, 0);
    }
    boolean direct = width == 2;
    for (int done = 0; done < count; done += TILE) {
      int some = Math.min(TILE, count - done);
      int at = targetOffset + done * width;
      byte[] words = direct ? target : tile;
      int wordsAt = direct ? at : 0;
      byte[] low = from[planes - 1];
      int lowAt = fromAt[planes - 1] + (packed ? JointWords.packedBytes(done) : done);
      switch (layout) {
        case BYTES -> Lanes.joinBytes(symbols, done, low, lowAt, some, words, wordsAt);
        case EXPONENT -> Lanes.joinExponent(symbols, done, low, lowAt, some, words, wordsAt);
        default -> {
          if (!joint.join(symbols, done, low, lowAt, packed, some, words, wordsAt)) {
            throw body.damaged("more escapes than " + escapeCount);
          }
        }
      }
      if ((flags & GroupedEncoder.SCALED) != 0) {
        scales.unscale(words, wordsAt, some, first + done);
      }
      if (width == 4) {
        Lanes.joinHigh(
            tile, from[0], fromAt[0] + done, from[1], fromAt[1] + done, some, target, at);
      } else if (!direct) {
        joinWide(from, fromAt, done, some, width, target, at);
      }
    }
    if (joint != null && joint.escapeCount() != escapeCount) {
      throw body.damaged(joint.escapeCount() + " escapes, expected " + escapeCount);
    }
  }

  private void joinWide(
      byte[][] from, int[] fromAt, int done, int count, int width, byte[] target, int at) {
    for (int p = 0; p < width - 2; p++) {
      Lanes.scatter(from[p], fromAt[p] + done, count, width, p, target, at);
    }
    for (int i = 0; i < count; i++) {
      Lanes.SHORT.set(target, at + i * width + width - 2, (short) Lanes.SHORT.get(tile, 2 * i));
    }
  }

  private void ensure(int count, int planes, int escapeCount) {
    if (symbols.length < count) {
      symbols = new byte[count];
    }
    if (scratch.length < planes) {
      scratch = Arrays.copyOf(scratch, planes);
    }
    for (int p = 0; p < planes; p++) {
      if (scratch[p] == null || scratch[p].length < count) {
        scratch[p] = new byte[count];
      }
    }
    if (escapePlane.length < escapeCount) {
      escapePlane = new byte[escapeCount];
      escapes = new byte[2 * escapeCount];
    }
  }

  @Override
  public void close() {
    reader.close();
  }
}
