package dev.zoopress.eval.compare;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.eval.model.ModelFiles;
import java.io.IOException;
import java.util.SortedMap;

/** A model's files with one bit of one file flipped: what a comparison must notice. */
public final class FlippedFiles implements ModelFiles {
  private final ModelFiles files;
  private final String path;
  private final long offsetBytes;
  private final int bit;

  /**
   * @param bit 0 (lowest) to 7
   */
  public FlippedFiles(ModelFiles files, String path, long offsetBytes, int bit) {
    if (offsetBytes < 0
        || offsetBytes >= files.sizes().getOrDefault(path, 0L)
        || bit < 0
        || bit > 7) {
      throw new IllegalArgumentException(path + " byte " + offsetBytes + " bit " + bit);
    }
    this.files = files;
    this.path = path;
    this.offsetBytes = offsetBytes;
    this.bit = bit;
  }

  @Override
  public String origin() {
    return files.origin()
        + " with bit "
        + bit
        + " of byte "
        + offsetBytes
        + " of "
        + path
        + " flipped";
  }

  @Override
  public SortedMap<String, Long> sizes() {
    return files.sizes();
  }

  @Override
  public ByteSource open(String name) throws IOException {
    ByteSource source = files.open(name);
    return name.equals(path) ? new Flipped(source, offsetBytes, bit) : source;
  }

  private record Flipped(ByteSource source, long offsetBytes, int bit) implements ByteSource {
    @Override
    public String name() {
      return source.name();
    }

    @Override
    public long size() {
      return source.size();
    }

    @Override
    public void readFully(long positionBytes, byte[] target, int offset, int length)
        throws IOException {
      source.readFully(positionBytes, target, offset, length);
      if (offsetBytes >= positionBytes && offsetBytes < positionBytes + length) {
        target[offset + (int) (offsetBytes - positionBytes)] ^= (byte) (1 << bit);
      }
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }
}
