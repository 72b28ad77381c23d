package dev.zoopress.codec.pack;

import com.github.luben.zstd.Zstd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** Packs changed with their checksums put right, so that what lies behind them is reached. */
final class PackMutation {
  private PackMutation() {}

  /** A pack with a few bytes changed in one place, or in frames, manifest or footer behind sums. */
  static byte[] of(Random random, byte[] pack) {
    byte[] changed = pack.clone();
    ByteBuffer trailer = trailer(changed);
    int footerAt = (int) trailer.getLong(0);
    int manifestAt = footerAt - trailer.getInt(20);
    switch (random.nextInt(5)) {
      case 0 -> change(random, changed, 0, changed.length);
      case 1 -> change(random, changed, PackLayout.HEADER_BYTES, manifestAt);
      case 2 -> {
        byte[] json = Zstd.decompress(Arrays.copyOfRange(changed, manifestAt, footerAt));
        change(random, json, 0, json.length);
        return rebuilt(changed, Zstd.compress(json), footer(changed));
      }
      case 3 -> {
        byte[] rows = footer(changed);
        change(random, rows, 0, rows.length);
        byte[] manifest = Arrays.copyOfRange(changed, manifestAt, footerAt);
        return rebuilt(changed, manifest, rows);
      }
      default -> {
        change(random, changed, changed.length - PackLayout.TRAILER_BYTES, changed.length - 12);
        seal(changed);
      }
    }
    return changed;
  }

  private static void change(Random random, byte[] bytes, int from, int to) {
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      int at = from + random.nextInt(to - from);
      bytes[at] =
          switch (random.nextInt(4)) {
            case 0 -> (byte) random.nextInt();
            case 1 -> (byte) (bytes[at] ^ 1 << random.nextInt(8));
            case 2 -> (byte) (bytes[at] + 1);
            default -> bytes[from + random.nextInt(to - from)];
          };
    }
  }

  private static byte[] footer(byte[] pack) {
    int at = (int) trailer(pack).getLong(0);
    return Zstd.decompress(Arrays.copyOfRange(pack, at, pack.length - PackLayout.TRAILER_BYTES));
  }

  private static byte[] rebuilt(byte[] pack, byte[] manifest, byte[] rows) {
    ByteBuffer old = trailer(pack);
    int frames = (int) old.getLong(0) - old.getInt(20);
    byte[] footer = Zstd.compress(rows);
    byte[] end = PackLayout.trailer(frames + manifest.length, footer, rows.length, manifest);
    return ByteBuffer.allocate(frames + manifest.length + footer.length + end.length)
        .put(pack, 0, frames)
        .put(manifest)
        .put(footer)
        .put(end)
        .array();
  }

  static byte[] withHeader(byte[] pack, int version, int features) {
    byte[] changed = pack.clone();
    ByteBuffer header = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    header.putShort(8, (short) version).putShort(10, (short) features);
    header.putInt(12, PackLayout.crc(changed, 0, 12));
    return changed;
  }

  static byte[] withFooterRawBytes(byte[] pack, int rawBytes) {
    byte[] changed = pack.clone();
    trailer(changed).putInt(12, rawBytes);
    seal(changed);
    return changed;
  }

  private static void seal(byte[] pack) {
    int at = pack.length - PackLayout.TRAILER_BYTES;
    trailer(pack).putInt(32, PackLayout.crc(pack, at, 32));
  }

  private static ByteBuffer trailer(byte[] pack) {
    int at = pack.length - PackLayout.TRAILER_BYTES;
    return ByteBuffer.wrap(pack, at, PackLayout.TRAILER_BYTES)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
