package dev.zoopress.codec.pack;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The index of a pack, read and checked. Immutable; does not keep the source open. */
public final class PackReader {
  private final List<PackFrame> frames;
  private final byte[] manifest;

  private PackReader(List<PackFrame> frames, byte[] manifest) {
    this.frames = frames;
    this.manifest = manifest;
  }

  /**
   * Reads header, trailer and footer of {@code pack}; frames are checked when they are decoded.
   *
   * @throws CorruptContainerException if any of them is damaged, or the frames do not fill the pack
   * @throws UnsupportedVersionException if a later version wrote it
   */
  public static PackReader open(ByteSource pack) throws IOException {
    long size = pack.size();
    if (size < PackLayout.HEADER_BYTES + PackLayout.TRAILER_BYTES) {
      throw new CorruptContainerException(pack.name(), size, "a pack of " + size + " bytes");
    }
    checkHeader(pack);
    long trailerOffset = size - PackLayout.TRAILER_BYTES;
    byte[] bytes = new byte[PackLayout.TRAILER_BYTES];
    pack.readFully(trailerOffset, bytes, 0, bytes.length);
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getLong(36) != PackLayout.TRAILER_MAGIC) {
      throw new CorruptContainerException(
          pack.name(), trailerOffset + 36, "no pack ends here: cut short or not a pack");
    }
    if (in.getInt(32) != PackLayout.crc(bytes, 0, 32)) {
      throw new CorruptContainerException(pack.name(), trailerOffset, "checksum of the trailer");
    }
    checkVersion(pack, in.getShort(28), in.getShort(30));
    long footerOffset = in.getLong(0);
    long footerStored = in.getInt(8) & 0xFFFFFFFFL;
    long footerRaw = in.getInt(12) & 0xFFFFFFFFL;
    long manifestBytes = in.getInt(20) & 0xFFFFFFFFL;
    if (footerStored > PackLayout.MAX_FOOTER_BYTES
        || footerRaw > PackLayout.maxFooterBytes(footerStored)
        || manifestBytes > PackLayout.MAX_FOOTER_BYTES
        || footerOffset != trailerOffset - footerStored
        || footerOffset - manifestBytes < PackLayout.HEADER_BYTES) {
      throw new CorruptContainerException(
          pack.name(),
          trailerOffset,
          "footer at " + footerOffset + " of " + footerStored + " bytes");
    }
    byte[] footer = section(pack, footerOffset, (int) footerStored, in.getInt(16), "footer");
    byte[] manifest =
        section(pack, footerOffset - manifestBytes, (int) manifestBytes, in.getInt(24), "manifest");
    byte[] rows = decompress(pack, footerOffset, footer, (int) footerRaw);
    return new PackReader(
        FooterReader.read(pack.name(), footerOffset, rows, footerOffset - manifestBytes), manifest);
  }

  private static void checkHeader(ByteSource pack) throws IOException {
    byte[] bytes = new byte[PackLayout.HEADER_BYTES];
    pack.readFully(0, bytes, 0, bytes.length);
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getLong(0) != PackLayout.HEADER_MAGIC) {
      throw new CorruptContainerException(pack.name(), 0, "not a pack");
    }
    if (in.getInt(12) != PackLayout.crc(bytes, 0, 12)) {
      throw new CorruptContainerException(pack.name(), 8, "checksum of the header");
    }
    checkVersion(pack, in.getShort(8), in.getShort(10));
  }

  private static void checkVersion(ByteSource pack, short version, short features)
      throws UnsupportedVersionException {
    if (version != PackLayout.VERSION) {
      throw new UnsupportedVersionException(pack.name(), version & 0xFFFF, 1, PackLayout.VERSION);
    }
    if (features != 0) {
      throw new UnsupportedVersionException(
          pack.name() + ": required features", features & 0xFFFF, 0, 0);
    }
  }

  private static byte[] section(ByteSource pack, long offset, int length, int crc, String what)
      throws IOException {
    byte[] bytes = new byte[length];
    pack.readFully(offset, bytes, 0, length);
    if (PackLayout.crc(bytes, 0, length) != crc) {
      throw new CorruptContainerException(pack.name(), offset, "checksum of the " + what);
    }
    return bytes;
  }

  private static byte[] decompress(ByteSource pack, long offset, byte[] footer, int rawBytes)
      throws CorruptContainerException {
    byte[] rows = new byte[rawBytes];
    try {
      long got = Zstd.decompress(rows, footer);
      if (!Zstd.isError(got) && got == rawBytes) {
        return rows;
      }
    } catch (ZstdException e) {
      // Reported below like any other mismatch.
    }
    throw new CorruptContainerException(pack.name(), offset, "footer does not decompress");
  }

  /** All frames, in order. */
  public List<PackFrame> frames() {
    return frames;
  }

  /** The embedded manifest as stored; empty where the pack does not stand alone. */
  public byte[] manifest() {
    return manifest.clone();
  }
}
