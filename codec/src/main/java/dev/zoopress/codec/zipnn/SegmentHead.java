package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/** A segment of which only header, shape and tables are there, kept byte for byte. */
final class SegmentHead implements ByteSource {
  private final String name;
  private final byte[] bytes;
  private final long segmentBytes;
  private final ZipnnHeader header;

  private SegmentHead(String name, byte[] bytes, long segmentBytes) throws IOException {
    this.name = name;
    this.bytes = bytes;
    this.segmentBytes = segmentBytes;
    this.header = ZipnnHeader.read(this, 0);
  }

  /** The head of the segment at {@code offset}, which {@code header} belongs to. */
  static SegmentHead read(ByteSource source, long offset, ZipnnHeader header) throws IOException {
    byte[] bytes = new byte[(int) header.payloadOffset()];
    source.readFully(offset, bytes, 0, bytes.length);
    return new SegmentHead(source.name(), bytes, header.segmentBytes());
  }

  /**
   * The head that stands in {@code bytes[offset, offset + length)}.
   *
   * @throws MalformedInputException if it is none, or not so long
   */
  static SegmentHead of(String name, byte[] bytes, int offset, int length, long segmentBytes)
      throws IOException {
    SegmentHead head =
        new SegmentHead(name, Arrays.copyOfRange(bytes, offset, offset + length), segmentBytes);
    if (head.header.payloadOffset() != length || head.header.segmentBytes() != segmentBytes) {
      throw new MalformedInputException(name, offset, "head of " + length + " bytes");
    }
    return head;
  }

  ZipnnHeader header() {
    return header;
  }

  GroupTable table() throws IOException {
    return GroupTable.read(this, header, 0);
  }

  byte[] bytes() {
    return bytes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() {
    return segmentBytes;
  }

  @Override
  public void readFully(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    // The shape is read with what may follow it.
    if (positionBytes < 0 || positionBytes > segmentBytes - length) {
      throw new EOFException(name + ": " + length + " bytes at " + positionBytes);
    }
    int there = (int) Math.max(0, Math.min(length, bytes.length - positionBytes));
    System.arraycopy(bytes, (int) Math.min(positionBytes, bytes.length), target, offset, there);
    Arrays.fill(target, offset + there, offset + length, (byte) 0);
  }
}
