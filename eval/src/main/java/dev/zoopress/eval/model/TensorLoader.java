package dev.zoopress.eval.model;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.hash.Digests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads tensors into buffers; a piece of at most 1 MiB is held besides them. */
public final class TensorLoader {
  private static final int PIECE_BYTES = 1 << 20;

  private TensorLoader() {}

  /**
   * The bytes of every entry, in the given order, each in a direct buffer of its own.
   *
   * @throws UnusableModelException if a tensor exceeds 2 GiB
   */
  public static List<LoadedTensor> load(ModelFiles files, Collection<TensorEntry> entries)
      throws IOException {
    Map<String, ByteSource> open = new HashMap<>();
    try {
      List<LoadedTensor> loaded = new ArrayList<>();
      byte[] piece = new byte[PIECE_BYTES];
      for (TensorEntry entry : entries) {
        ByteSource source = open.get(entry.file());
        if (source == null) {
          source = files.open(entry.file());
          open.put(entry.file(), source);
        }
        loaded.add(load(source, entry, piece));
      }
      return loaded;
    } finally {
      for (ByteSource source : open.values()) {
        source.close();
      }
    }
  }

  private static ByteBuffer allocate(ByteSource source, TensorEntry entry, int length)
      throws UnusableModelException {
    try {
      return ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
    } catch (OutOfMemoryError e) {
      throw new UnusableModelException(
          source.name()
              + ": no memory for tensor "
              + entry.name()
              + " of "
              + length
              + " bytes: "
              + e.getMessage()
              + "; raise the heap or -XX:MaxDirectMemorySize",
          e);
    }
  }

  private static LoadedTensor load(ByteSource source, TensorEntry entry, byte[] piece)
      throws IOException {
    if (entry.lengthBytes() > Integer.MAX_VALUE - 8) {
      throw new UnusableModelException(
          source.name() + ": tensor " + entry.name() + " has more than 2 GiB");
    }
    int length = (int) entry.lengthBytes();
    ByteBuffer bytes = allocate(source, entry, length);
    for (int at = 0; at < length; at += piece.length) {
      int count = Math.min(piece.length, length - at);
      source.readFully(entry.offsetBytes() + at, piece, 0, count);
      bytes.put(at, piece, 0, count);
    }
    return new LoadedTensor(entry, bytes, Digests.sha256Hex(bytes));
  }
}
