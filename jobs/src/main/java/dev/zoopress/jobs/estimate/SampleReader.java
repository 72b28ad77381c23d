package dev.zoopress.jobs.estimate;

import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.codec.frame.FrameKind;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.view.Converter;
import dev.zoopress.codec.view.Rule;
import dev.zoopress.jobs.delta.Target;
import dev.zoopress.jobs.plan.PlannedContent;
import dev.zoopress.jobs.source.SourceTree;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads and encodes samples of one content's chunks. For one thread. */
final class SampleReader implements Closeable {
  /** Longest sample; shorter ones do not show what rows and columns tell. */
  private static final int SAMPLE_BYTES = Integer.getInteger("zp.sample", 1 << 16);

  private static final int MIN_SAMPLE_BYTES = 256;
  private static final int MAX_SCALES = 1 << 14;

  /** What a twin costs that no stretch of its base shows: its windows bore it out. */
  private static final double TWIN = 0.001;

  private final SourceTree source;
  private final PlannedContent content;
  private final FrameEncoder encoder;
  private final Map<PlannedContent, CountingSource> files = new HashMap<>();
  private final byte[] raw = new byte[SAMPLE_BYTES];
  private final byte[] base = new byte[SAMPLE_BYTES];
  private final byte[] encoded = new byte[FrameEncoder.maxEncodedLength(SAMPLE_BYTES)];

  SampleReader(SourceTree source, PlannedContent content, FrameEncoder encoder) {
    this.source = source;
    this.content = content;
    this.encoder = encoder;
  }

  /** What samples of alike chunks came to; {@code raw} is 0 where nothing could be read. */
  record Outcome(long raw, long stored, boolean onBase) {}

  /** Whether its bytes cannot be set against a short stretch of the base. */
  static boolean isHidden(Chosen chunk) {
    Target target = chunk.target();
    return target != null
        && (target.view().isTransposed()
            || (target.scales() != null && target.scales().count() > MAX_SCALES));
  }

  /** Bytes to read for one byte of a sample. */
  static double price(Chosen chunk) {
    if (chunk.target() == null) {
      return 1;
    }
    if (isHidden(chunk)) {
      return 0;
    }
    Converter sizes = new Converter(chunk.target().view(), new float[] {1}, 1, 0);
    return 1 + (double) sizes.unitFromBytes() / sizes.unitToBytes();
  }

  long bytesRead() {
    return files.values().stream().mapToLong(CountingSource::bytesRead).sum();
  }

  /**
   * Samples {@code chunks}, all of one kind and {@code total} bytes together, evenly.
   *
   * @param share bytes of samples
   */
  Outcome read(List<Chosen> chunks, long total, long share) throws IOException {
    if (isHidden(chunks.get(0))) {
      return new Outcome(1_000_000, (long) (1_000_000 * TWIN), true);
    }
    int count = (int) Math.max(1, Math.round((double) share / SAMPLE_BYTES));
    int length = (int) Math.min(SAMPLE_BYTES, share / count);
    if (length < MIN_SAMPLE_BYTES) {
      return new Outcome(0, 0, chunks.get(0).target() != null);
    }
    if (chunks.get(0).piece().isSmall()) {
      return small(chunks, total, share);
    }
    long rawBytes = 0;
    long stored = 0;
    long standing = 0;
    int chunk = 0;
    long before = 0;
    for (int i = 0; i < count; i++) {
      long at = (long) (total * (i + 0.5) / count);
      while (at >= before + chunks.get(chunk).piece().length()) {
        before += chunks.get(chunk).piece().length();
        chunk++;
      }
      Piece piece = chunks.get(chunk).piece();
      int unit = unit(chunks.get(chunk));
      int size = Math.min(length, piece.length()) / unit * unit;
      int from = (int) Math.max(0, Math.min(at - before - size / 2, piece.length() - size));
      int one = encode(chunks.get(chunk), from / unit * unit, size);
      rawBytes += size;
      stored += one;
      standing += FrameKind.ofCode(encoded[0]).needsBase() ? size : 0;
    }
    return new Outcome(rawBytes, stored, 2 * standing > rawBytes);
  }

  /** Small chunks share frames: their samples do too. */
  private Outcome small(List<Chosen> chunks, long total, long share) throws IOException {
    int length = 0;
    long taken = 0;
    long seen = 0;
    for (Chosen chunk : chunks) {
      Piece piece = chunk.piece();
      seen += piece.length();
      int size = Math.min(piece.length(), SAMPLE_BYTES - length);
      if (taken <= share * ((double) seen / total) && size == piece.length()) {
        file(content).readFully(piece.place().offset(), raw, length, size);
        length += size;
        taken += size;
      }
    }
    FrameShape shape = FrameShape.flat(chunks.get(0).piece().dtype());
    return length == 0
        ? new Outcome(0, 0, false)
        : new Outcome(length, encoder.encode(raw, 0, length, shape, encoded, 0), false);
  }

  private static int unit(Chosen chunk) {
    int width = chunk.piece().width();
    return chunk.target() == null
        ? width
        : new Converter(chunk.target().view(), new float[] {1}, 1, 0).unitToBytes();
  }

  private int encode(Chosen chunk, int from, int size) throws IOException {
    Piece piece = chunk.piece();
    file(content).readFully(piece.place().offset() + from, raw, 0, size);
    FrameShape shape = piece.shapeAt(from);
    if (chunk.target() == null) {
      return encoder.encode(raw, 0, size, shape, encoded, 0);
    }
    predict(chunk.target(), chunk.base(), from, size);
    return encoder.encode(raw, 0, size, shape, base, 0, encoded, 0);
  }

  private void predict(Target target, PlannedContent holder, int from, int size)
      throws IOException {
    Converter converter = converter(target);
    long unit = (target.position() + from) / converter.unitToBytes();
    int units = size / converter.unitToBytes();
    byte[] bytes = new byte[units * converter.unitFromBytes()];
    long at = target.needs().get(0).offset() + unit * converter.unitFromBytes();
    file(holder).readFully(at, bytes, 0, bytes.length);
    converter.run(bytes, 0, units, unit, base, 0);
  }

  private Converter converter(Target target) throws IOException {
    if (target.view().rule() != Rule.AFFINE) {
      return new Converter(target.view());
    }
    Target.ScaleUse use = target.scales();
    byte[] bytes = new byte[4 * use.count()];
    file(content).readFully(target.scalesAt().offset() + use.offset(), bytes, 0, bytes.length);
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    float[] scales = new float[use.count()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = in.getFloat(4 * i);
    }
    return new Converter(target.view(), scales, use.stride(), use.zero());
  }

  private CountingSource file(PlannedContent of) throws IOException {
    CountingSource open = files.get(of);
    if (open == null) {
      open = new CountingSource(source.openUnfolded(of.content()));
      files.put(of, open);
    }
    return open;
  }

  @Override
  public void close() throws IOException {
    for (CountingSource file : files.values()) {
      file.close();
    }
  }
}
