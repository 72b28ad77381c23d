package dev.zoopress.codec.format;

import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Collects the tensors a parser found, in any order, and turns them into segments without gap or
 * overlap: what nobody claims is opaque. The same range claimed twice (tied weights) counts once,
 * the first claim wins.
 */
final class SegmentCollector {
  private final String source;
  private final long sizeBytes;
  private final List<Segment> claimed = new ArrayList<>();

  SegmentCollector(String source, long sizeBytes) {
    this.source = source;
    this.sizeBytes = sizeBytes;
  }

  /**
   * Claims a range. Empty tensors leave no trace.
   *
   * @throws MalformedInputException if the range does not lie inside the file
   */
  void add(String name, DType dtype, List<Long> shape, long offsetBytes, long lengthBytes)
      throws MalformedInputException {
    if (offsetBytes < 0 || lengthBytes < 0 || lengthBytes > sizeBytes - offsetBytes) {
      throw new MalformedInputException(
          source,
          Math.max(0, Math.min(offsetBytes, sizeBytes)),
          "tensor "
              + Quoted.of(name)
              + " claims "
              + lengthBytes
              + " bytes from "
              + offsetBytes
              + " on, the file has "
              + sizeBytes);
    }
    if (lengthBytes > 0) {
      claimed.add(new Segment(name, dtype, shape, offsetBytes, lengthBytes));
    }
  }

  /**
   * The file's segments in order.
   *
   * @throws MalformedInputException if two claims overlap without being the same range
   */
  List<Segment> segments() throws MalformedInputException {
    claimed.sort(Comparator.comparingLong(Segment::offsetBytes));
    List<Segment> result = new ArrayList<>(2 * claimed.size() + 1);
    long at = 0;
    Segment last = null;
    for (Segment segment : claimed) {
      if (last != null
          && segment.offsetBytes() == last.offsetBytes()
          && segment.lengthBytes() == last.lengthBytes()) {
        continue;
      }
      if (segment.offsetBytes() < at) {
        throw new MalformedInputException(
            source,
            segment.offsetBytes(),
            "tensor " + Quoted.of(segment.name()) + " overlaps another");
      }
      if (segment.offsetBytes() > at) {
        result.add(Segment.opaque(at, segment.offsetBytes() - at));
      }
      result.add(segment);
      at = segment.endBytes();
      last = segment;
    }
    if (at < sizeBytes) {
      result.add(Segment.opaque(at, sizeBytes - at));
    }
    return result;
  }
}
