package dev.zoopress.codec.manifest;

import com.github.luben.zstd.Zstd;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Manifests whose JSON is damaged; some also in their Zstandard frame. */
public final class ManifestFuzz implements FuzzTarget {
  private static final byte[][] PIECES = {
    bytes("null"),
    bytes("-1"),
    bytes("9223372036854775808"),
    bytes("1e3"),
    bytes("\"\\u0000\""),
    bytes("[]"),
    bytes("{}"),
    bytes("../x"),
    bytes(","),
    bytes("\""),
    bytes("\\"),
    bytes("[["),
  };

  private final byte[][] samples = new byte[4][];
  private final int headBytes;

  public ManifestFuzz() {
    for (int seed = 0; seed < samples.length; seed++) {
      samples[seed] = Zstd.decompress(ManifestFormat.encode(ManifestFormatTest.sample(seed)));
    }
    headBytes = new String(samples[0], StandardCharsets.UTF_8).indexOf("\"files\"");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String name() {
    return "manifest";
  }

  @Override
  public byte[] next(Random random) {
    byte[] json = samples[random.nextInt(samples.length)].clone();
    // The head (format, version, packs) stays sound in most.
    int from = random.nextInt(5) == 0 ? 0 : Math.min(headBytes, json.length - 1);
    for (int n = 1 + random.nextInt(3); n > 0 && json.length > from; n--) {
      int at = from + random.nextInt(json.length - from);
      switch (random.nextInt(6)) {
        case 0 -> json[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> json[at] = (byte) random.nextInt(128);
        case 2 -> json = splice(json, at, at + random.nextInt(12), new byte[0]);
        case 3 -> json = splice(json, at, at, PIECES[random.nextInt(PIECES.length)]);
        case 4 -> json = splice(json, at, at + 1, PIECES[random.nextInt(PIECES.length)]);
        default -> {
          int piece = random.nextInt(json.length);
          int end = Math.min(json.length, piece + random.nextInt(64));
          json = splice(json, at, at, Arrays.copyOfRange(json, piece, end));
        }
      }
    }
    byte[] stored = Zstd.compress(json, 1);
    if (random.nextInt(10) == 0) {
      stored[random.nextInt(stored.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return stored;
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] insert) {
    int end = Math.min(to, bytes.length);
    byte[] result = Arrays.copyOf(bytes, bytes.length - (end - from) + insert.length);
    System.arraycopy(insert, 0, result, from, insert.length);
    System.arraycopy(bytes, end, result, from + insert.length, bytes.length - end);
    return result;
  }

  @Override
  public Reach read(byte[] input) throws IOException {
    try {
      ManifestFormat.decode("fuzz", input);
      return Reach.ACCEPTED;
    } catch (CorruptContainerException e) {
      return e.offsetBytes() >= headBytes ? Reach.REFUSED : Reach.HEADER;
    } catch (UnsupportedVersionException e) {
      return Reach.HEADER;
    }
  }
}
