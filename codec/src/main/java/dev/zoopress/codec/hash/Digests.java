package dev.zoopress.codec.hash;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 and git's SHA-1, fed in short slices: the JVM calls the processor's SHA instructions from
 * compiled code only, and a loop that gets whole chunks is compiled after gigabytes, not megabytes.
 */
public final class Digests {
  private static final int SLICE_BYTES = 1 << 14;

  private Digests() {}

  public static MessageDigest sha256() {
    return digest("SHA-256");
  }

  /** A digest that gives git's id of a blob of {@code sizeBytes} when it is fed the content. */
  public static MessageDigest gitBlob(long sizeBytes) {
    MessageDigest digest = digest("SHA-1");
    digest.update(("blob " + sizeBytes + "\0").getBytes(StandardCharsets.US_ASCII));
    return digest;
  }

  /** SHA-256 of {@code bytes[offset, offset + length)}. */
  public static byte[] sha256(byte[] bytes, int offset, int length) {
    MessageDigest digest = sha256();
    update(digest, bytes, offset, length);
    return digest.digest();
  }

  /** Feeds {@code bytes[offset, offset + length)} to the digest. */
  public static void update(MessageDigest digest, byte[] bytes, int offset, int length) {
    for (int done = 0; done < length; done += SLICE_BYTES) {
      digest.update(bytes, offset + done, Math.min(SLICE_BYTES, length - done));
    }
  }

  /** Feeds what remains in the buffer and leaves its position alone. */
  public static void update(MessageDigest digest, ByteBuffer bytes) {
    if (bytes.hasArray()) {
      update(digest, bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    } else {
      digest.update(bytes.duplicate());
    }
  }

  /** Ends the digest: lower-case hex. */
  public static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** SHA-256 of {@code bytes} in lower-case hex. */
  public static String sha256Hex(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }

  /** SHA-256 of what remains in the buffer, in lower-case hex; its position stays. */
  public static String sha256Hex(ByteBuffer bytes) {
    MessageDigest digest = sha256();
    update(digest, bytes);
    return hex(digest);
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + name, e);
    }
  }
}
