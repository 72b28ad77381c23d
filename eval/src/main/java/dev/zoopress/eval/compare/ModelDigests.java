package dev.zoopress.eval.compare;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.format.FileFormats;
import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.eval.model.ModelFiles;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.SortedMap;
import java.util.TreeMap;

/** Digests of a model's files and tensors, each byte read once; 1 MiB is held. */
public final class ModelDigests {
  private static final int PIECE_BYTES = 1 << 20;

  private ModelDigests() {}

  /** Of every file, by path. */
  public static SortedMap<String, FileDigest> of(ModelFiles files) throws IOException {
    SortedMap<String, FileDigest> all = new TreeMap<>();
    for (String path : files.sizes().keySet()) {
      all.put(path, of(files, path));
    }
    return all;
  }

  /** Of one file. */
  public static FileDigest of(ModelFiles files, String path) throws IOException {
    try (ByteSource source = files.open(path)) {
      FileLayout layout = FileFormats.parse(path, source);
      MessageDigest whole = Digests.sha256();
      SortedMap<String, String> tensors = new TreeMap<>();
      byte[] piece = new byte[PIECE_BYTES];
      for (Segment segment : layout.segments()) {
        MessageDigest own = segment.dtype() == DType.OPAQUE ? null : Digests.sha256();
        for (long at = segment.offsetBytes(); at < segment.endBytes(); at += piece.length) {
          int count = (int) Math.min(piece.length, segment.endBytes() - at);
          source.readFully(at, piece, 0, count);
          Digests.update(whole, piece, 0, count);
          if (own != null) {
            Digests.update(own, piece, 0, count);
          }
        }
        if (own != null) {
          String name = segment.name();
          for (int i = 2; tensors.containsKey(name); i++) {
            name = segment.name() + "#" + i;
          }
          tensors.put(name, Digests.hex(own));
        }
      }
      return new FileDigest(path, source.size(), Digests.hex(whole), layout.format(), tensors);
    }
  }
}
