package dev.zoopress.codec.chunk;

import dev.zoopress.codec.frame.FrameShape;

/**
 * A piece of a segment, before its bytes are known.
 *
 * @param segmentIndex which segment of the file's layout
 * @param offsetBytes where it starts in the file
 * @param lengthBytes 1 to {@link Chunker#CHUNK_BYTES}
 * @param shape what the coder may exploit
 */
public record Chunk(int segmentIndex, long offsetBytes, int lengthBytes, FrameShape shape) {}
