package dev.zoopress.codec.pack;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** The fixed parts of a pack, as bytes; see the package's grammar. */
final class PackLayout {
  static final int VERSION = 1;
  static final int HEADER_BYTES = 16;
  static final int TRAILER_BYTES = 44;
  static final int FLAG_BASES = 1;

  /** Raw footer of a pack of 256 MiB of the smallest sensible chunks stays far below. */
  static final int MAX_FOOTER_BYTES = 1 << 28;

  static final int MAX_FOOTER_RATIO = 256;
  static final int FOOTER_SLACK_BYTES = 1 << 20;

  static final long HEADER_MAGIC = 0x0A1A0A0D_4B505A89L;
  static final long TRAILER_MAGIC = 0x0A1A0A0D_45505A89L;

  private PackLayout() {}

  static byte[] header() {
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(HEADER_MAGIC).putShort((short) VERSION).putShort((short) 0);
    return out.putInt(crc(out.array(), 0, 12)).array();
  }

  static byte[] trailer(long footerOffset, byte[] footer, int footerRawBytes, byte[] manifest) {
    ByteBuffer out = ByteBuffer.allocate(TRAILER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(footerOffset).putInt(footer.length).putInt(footerRawBytes);
    out.putInt(crc(footer, 0, footer.length));
    out.putInt(manifest.length).putInt(crc(manifest, 0, manifest.length));
    out.putShort((short) VERSION).putShort((short) 0);
    return out.putInt(crc(out.array(), 0, 32)).putLong(TRAILER_MAGIC).array();
  }

  /**
   * Longest footer that {@code stored} bytes may expand to: ids do not compress, so what shrinks
   * much further is an attack on memory.
   */
  static long maxFooterBytes(long stored) {
    return Math.min(MAX_FOOTER_BYTES, stored * MAX_FOOTER_RATIO + FOOTER_SLACK_BYTES);
  }

  static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
