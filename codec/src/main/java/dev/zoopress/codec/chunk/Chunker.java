package dev.zoopress.codec.chunk;

import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.frame.FrameShape;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Cuts segments into chunks at multiples of 16 MiB from the segment's own start, so that a tensor
 * gives the same chunks in any container. All element sizes divide the cut.
 */
public final class Chunker {
  /** Largest chunk. */
  public static final int CHUNK_BYTES = 1 << 24;

  private Chunker() {}

  /** The chunks of a file in file order, made one at a time. */
  public static Iterable<Chunk> chunks(FileLayout layout) {
    return () -> new ChunkIterator(layout);
  }

  /** How many chunks {@link #chunks} gives. */
  public static long count(FileLayout layout) {
    long count = 0;
    for (Segment segment : layout.segments()) {
      count += (segment.lengthBytes() - 1) / CHUNK_BYTES + 1;
    }
    return count;
  }

  private static final class ChunkIterator implements Iterator<Chunk> {
    private final FileLayout layout;
    private int index;
    private long inSegment;

    ChunkIterator(FileLayout layout) {
      this.layout = layout;
    }

    @Override
    public boolean hasNext() {
      return index < layout.segments().size();
    }

    @Override
    public Chunk next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Segment segment = layout.segments().get(index);
      int length = (int) Math.min(CHUNK_BYTES, segment.lengthBytes() - inSegment);
      long columns = segment.columns();
      long first = columns == 0 ? 0 : inSegment * 8 / segment.dtype().bits() % columns;
      FrameShape shape = new FrameShape(segment.dtype(), columns, first);
      Chunk chunk = new Chunk(index, segment.offsetBytes() + inSegment, length, shape);
      inSegment += length;
      if (inSegment == segment.lengthBytes()) {
        index++;
        inSegment = 0;
      }
      return chunk;
    }
  }
}
