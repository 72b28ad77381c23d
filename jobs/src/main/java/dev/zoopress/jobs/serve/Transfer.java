package dev.zoopress.jobs.serve;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The bytes of one answer, slice after slice. Small ranges are decoded as they are asked for, and
 * kept; of long ones the next pieces are decoded ahead by several threads while the client takes
 * what was sent, and no further than the pieces' shares go: a slow client costs what it holds. For
 * one thread.
 */
final class Transfer implements Closeable {
  /** Decoded at a time where nothing is read ahead. */
  static final int SLICE_BYTES = 1 << 20;

  /** Longer ranges are read ahead. */
  static final int SMALL_BYTES = 8 << 20;

  private final OpenFile file;
  private final Pieces pieces;
  private final Decoders decoders;
  private final int maxAhead;
  private final long end;
  private final ArrayDeque<Pieces.Piece> ahead = new ArrayDeque<>();
  private final long[] cuts;
  private long position;
  private long planned;
  private Pieces.Piece held;
  private byte[] own = new byte[0];
  private byte[] bytes;
  private int offset;
  private int length;

  Transfer(OpenFile file, ByteRange range, Pieces pieces, Decoders decoders, int maxAhead)
      throws IOException {
    this.file = file;
    this.pieces = pieces;
    this.decoders = decoders;
    this.maxAhead = maxAhead;
    position = range.from();
    end = range.from() + range.length();
    cuts = range.length() > SMALL_BYTES ? file.cuts(Pieces.PIECE_BYTES) : null;
    planned = position;
    if (cuts != null) {
      pieces.begin();
    }
  }

  /** Makes the next slice ready; false at the end. */
  boolean next() throws IOException {
    letGo();
    if (position == end) {
      return false;
    }
    if (cuts != null) {
      planAhead();
    }
    Pieces.Piece piece = ahead.poll();
    if (piece == null) {
      readSlice();
    } else {
      held = piece;
      bytes = piece.await();
      offset = (int) (position - piece.key().from());
      length = (int) Math.min(piece.key().length() - offset, end - position);
    }
    position += length;
    return true;
  }

  byte[] bytes() {
    return bytes;
  }

  int offset() {
    return offset;
  }

  int length() {
    return length;
  }

  private void planAhead() {
    planned = Math.max(planned, position);
    int most = Math.min(maxAhead, Math.max(1, pieces.share()));
    while (ahead.size() < most && planned < end) {
      int cut = Arrays.binarySearch(cuts, planned);
      int next = cut >= 0 ? cut + 1 : -cut - 1;
      long from = next == 0 ? 0 : cuts[next - 1];
      Pieces.Piece piece =
          pieces.take(new Pieces.Key(file.entry().sha256(), from, (int) (cuts[next] - from)), file);
      if (piece == null) {
        return;
      }
      ahead.add(piece);
      planned = cuts[next];
    }
  }

  private void readSlice() throws IOException {
    // Slices end at whole MiB, so that the next one starts a window of most files.
    length = (int) Math.min(SLICE_BYTES - position % SLICE_BYTES, end - position);
    if (own.length < length) {
      own = new byte[(int) Math.min(SLICE_BYTES, end - position)];
    }
    bytes = own;
    offset = 0;
    if (!file.readCached(position, own, length)) {
      decoders.now(() -> file.read(position, own, length));
    }
  }

  private void letGo() {
    if (held != null) {
      pieces.giveBack(held);
      held = null;
    }
  }

  /** Gives back what was read ahead; the file stays the caller's. */
  @Override
  public void close() {
    letGo();
    for (Pieces.Piece piece : ahead) {
      pieces.giveBack(piece);
    }
    ahead.clear();
    if (cuts != null) {
      pieces.end();
    }
  }
}
