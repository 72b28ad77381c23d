package dev.zoopress.jobs.serve;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Decoded pieces of files, read ahead for transfers and shared by those that want the same one at
 * about the same time. At most so many buffers of 4 MiB, which are used again and again; a piece
 * that nobody holds stays until its buffer is needed. Thread-safe.
 */
final class Pieces {
  static final int PIECE_BYTES = 4 << 20;

  /** A piece by content, so that the same file in several models is one. */
  record Key(String sha256, long from, int length) {}

  /** Held by whoever took it, until {@link #giveBack}. */
  static final class Piece {
    private final Key key;
    private final byte[] bytes;
    private CompletableFuture<Void> done;
    private int users = 2;
    private boolean failed;

    Piece(Key key, byte[] bytes) {
      this.key = key;
      this.bytes = bytes;
    }

    Key key() {
      return key;
    }

    /** Waits until it is decoded; {@code [0, key.length)} may be read until it is given back. */
    byte[] await() throws IOException {
      Decoders.await(done);
      return bytes;
    }
  }

  private final Decoders decoders;
  private final int maxBuffers;
  private final Map<Key, Piece> pieces = new HashMap<>();
  private final LinkedHashMap<Key, Piece> idle = new LinkedHashMap<>();
  private final ArrayDeque<byte[]> free = new ArrayDeque<>();
  private int buffers;
  private int transfers;

  Pieces(Decoders decoders, long maxBytes) {
    this.decoders = decoders;
    this.maxBuffers = (int) Math.min(1 << 16, maxBytes / PIECE_BYTES);
  }

  /** Bytes of all buffers. */
  synchronized long bytes() {
    return (long) buffers * PIECE_BYTES;
  }

  synchronized void begin() {
    transfers++;
  }

  synchronized void end() {
    transfers--;
  }

  /** How many pieces one transfer may hold now, so that each of those going on has its share. */
  synchronized int share() {
    return maxBuffers / Math.max(1, transfers);
  }

  /** The piece, being decoded if it was not there; null where all buffers are held. */
  synchronized Piece take(Key key, OpenFile file) {
    Piece known = pieces.get(key);
    if (known != null) {
      known.users++;
      idle.remove(key);
      return known;
    }
    byte[] buffer = buffer();
    if (buffer == null) {
      return null;
    }
    Piece piece = new Piece(key, buffer);
    pieces.put(key, piece);
    piece.done = decoders.ahead(() -> decode(piece, file));
    return piece;
  }

  private byte[] buffer() {
    if (!free.isEmpty()) {
      return free.pop();
    }
    if (buffers < maxBuffers) {
      buffers++;
      return new byte[PIECE_BYTES];
    }
    var oldest = idle.values().iterator();
    if (!oldest.hasNext()) {
      return null;
    }
    Piece piece = oldest.next();
    oldest.remove();
    pieces.remove(piece.key);
    return piece.bytes;
  }

  private void decode(Piece piece, OpenFile file) throws IOException {
    boolean decoded = false;
    try {
      if (isWanted(piece)) {
        file.read(piece.key.from(), piece.bytes, piece.key.length());
        decoded = true;
      }
    } finally {
      synchronized (this) {
        if (!decoded) {
          piece.failed = true;
          pieces.remove(piece.key, piece);
        }
        giveBack(piece);
      }
    }
  }

  /** Whether anybody still waits for it; if not, nobody can come to wait for it any more. */
  private synchronized boolean isWanted(Piece piece) {
    if (piece.users == 1) {
      pieces.remove(piece.key, piece);
    }
    return piece.users > 1;
  }

  /** Ends the use of a piece, once per {@link #take}. */
  synchronized void giveBack(Piece piece) {
    piece.users--;
    if (piece.users > 0) {
      return;
    }
    if (piece.failed) {
      free.push(piece.bytes);
    } else {
      idle.put(piece.key, piece);
    }
  }
}
