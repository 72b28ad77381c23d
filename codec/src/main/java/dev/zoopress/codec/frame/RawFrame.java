package dev.zoopress.codec.frame;

/**
 * The bytes that a {@link BlockEncoder} codes. Arrays belong to the caller and are only read.
 *
 * @param bytes holds the frame's raw bytes at {@code [offset, offset + length)}
 * @param shape what may be exploited; {@code length} is a multiple of its dtype's alignment
 * @param base the decoded bytes of the base at {@code [baseOffset, baseOffset + length)} for kinds
 *     that need one, else null
 */
@SuppressWarnings("ArrayRecordComponent")
public record RawFrame(
    byte[] bytes, int offset, int length, FrameShape shape, byte[] base, int baseOffset) {}
