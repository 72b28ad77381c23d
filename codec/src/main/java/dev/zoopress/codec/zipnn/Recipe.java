package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * How a file is made of plain bytes and ZipNN segments, with all of a segment that its raw bytes do
 * not tell. It stands at the start of the unfolded content.
 *
 * <pre>
 * Recipe  --&gt; 'ZPZN', u32 recipeBytes, u32 count, Stretch^count
 * Stretch --&gt; u32 headBytes, u64 fileBytes, u8^headBytes
 * </pre>
 *
 * Integers are little-endian; a stretch without head is plain.
 */
final class Recipe {
  /** So that it is one chunk: enough for a file of 100 GB. */
  static final int MAX_BYTES = 1 << 24;

  private static final int MAGIC = 0x4E5A505A;
  private static final int START_BYTES = 12;
  private static final int STRETCH_BYTES = 12;

  private final List<Stretch> stretches;
  private final byte[] bytes;

  private Recipe(List<Stretch> stretches, byte[] bytes) {
    this.stretches = stretches;
    this.bytes = bytes;
  }

  List<Stretch> stretches() {
    return stretches;
  }

  byte[] bytes() {
    return bytes;
  }

  long fileBytes() {
    return stretches.stream().mapToLong(Stretch::fileBytes).sum();
  }

  long contentBytes() {
    return bytes.length + stretches.stream().mapToLong(Stretch::contentBytes).sum();
  }

  /** Collects stretches in file order; plain neighbours become one. */
  static final class Builder {
    private final List<SegmentHead> heads = new ArrayList<>();
    private final List<Long> fileBytes = new ArrayList<>();
    private long headBytes;

    void plain(long length) {
      int last = heads.size() - 1;
      if (length == 0) {
        return;
      }
      if (last >= 0 && heads.get(last) == null) {
        fileBytes.set(last, fileBytes.get(last) + length);
      } else {
        heads.add(null);
        fileBytes.add(length);
      }
    }

    void coded(SegmentHead head) {
      heads.add(head);
      fileBytes.add(head.size());
      headBytes += head.bytes().length;
    }

    boolean hasSegments() {
      return headBytes > 0;
    }

    /** The recipe, or null where it would be too long. */
    Recipe build() {
      long length = START_BYTES + (long) STRETCH_BYTES * heads.size() + headBytes;
      if (length > MAX_BYTES) {
        return null;
      }
      ByteBuffer out = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
      out.putInt(MAGIC).putInt((int) length).putInt(heads.size());
      for (int i = 0; i < heads.size(); i++) {
        byte[] head = heads.get(i) == null ? new byte[0] : heads.get(i).bytes();
        out.putInt(head.length).putLong(fileBytes.get(i)).put(head);
      }
      return new Recipe(stretches(heads, fileBytes, length), out.array());
    }
  }

  private static List<Stretch> stretches(
      List<SegmentHead> heads, List<Long> fileBytes, long recipeBytes) {
    List<Stretch> stretches = new ArrayList<>();
    long file = 0;
    long content = recipeBytes;
    for (int i = 0; i < heads.size(); i++) {
      SegmentHead head = heads.get(i);
      long inFile = fileBytes.get(i);
      long inContent = head == null ? inFile : head.header().rawBytes();
      stretches.add(new Stretch(head, file, inFile, content, inContent));
      file = Math.addExact(file, inFile);
      content = Math.addExact(content, inContent);
    }
    return stretches;
  }

  /**
   * The recipe at the start of {@code content}, every length checked.
   *
   * @throws MalformedInputException if there is none, or it does not fit the content
   */
  static Recipe read(ByteSource content) throws IOException {
    String name = content.name();
    byte[] start = new byte[START_BYTES];
    if (content.size() < START_BYTES) {
      throw new MalformedInputException(name, 0, "too short for the recipe of a ZipNN file");
    }
    content.readFully(0, start, 0, START_BYTES);
    ByteBuffer in = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    int magic = in.getInt();
    int length = in.getInt();
    if (magic != MAGIC || length < START_BYTES || length > Math.min(MAX_BYTES, content.size())) {
      throw new MalformedInputException(name, 0, "no recipe of a ZipNN file");
    }
    byte[] bytes = new byte[length];
    content.readFully(0, bytes, 0, length);
    List<SegmentHead> heads = new ArrayList<>();
    List<Long> fileBytes = new ArrayList<>();
    in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(START_BYTES - 4);
    for (int count = in.getInt(); count > 0; count--) {
      int headBytes = in.remaining() < STRETCH_BYTES ? -1 : in.getInt();
      long inFile = headBytes < 0 ? 0 : in.getLong();
      if (headBytes < 0 || headBytes > in.remaining() || inFile < 1) {
        throw new MalformedInputException(name, in.position(), "damaged recipe of a ZipNN file");
      }
      SegmentHead head =
          headBytes == 0 ? null : SegmentHead.of(name, bytes, in.position(), headBytes, inFile);
      if (head != null && head.header().chunkBytes() > UnfoldedSource.MAX_CHUNK_BYTES) {
        throw new MalformedInputException(
            name, in.position(), "chunks of " + head.header().chunkBytes() + " bytes");
      }
      heads.add(head);
      fileBytes.add(inFile);
      in.position(in.position() + headBytes);
    }
    Recipe recipe;
    try {
      recipe = new Recipe(stretches(heads, fileBytes, length), bytes);
    } catch (ArithmeticException e) {
      throw new MalformedInputException(name, 0, "recipe of a ZipNN file beyond 2^63 bytes");
    }
    if (in.hasRemaining() || recipe.contentBytes() != content.size()) {
      throw new MalformedInputException(
          name, 0, "recipe for " + recipe.contentBytes() + " bytes, there are " + content.size());
    }
    return recipe;
  }
}
