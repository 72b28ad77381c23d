package dev.zoopress.codec.hash;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The digests that files are known by. */
public final class Digests {
  private Digests() {}

  /** A fresh SHA-256, for one thread. */
  public static MessageDigest sha256() {
    return digest("SHA-256");
  }

  /** A digest that gives git's id of a blob of {@code sizeBytes} when it is fed the content. */
  public static MessageDigest gitBlob(long sizeBytes) {
    MessageDigest digest = digest("SHA-1");
    digest.update(("blob " + sizeBytes + "\0").getBytes(StandardCharsets.US_ASCII));
    return digest;
  }

  /** Ends {@code digest} and spells the result in lower-case hex. */
  public static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** SHA-256 of {@code bytes} in lower-case hex. */
  public static String sha256Hex(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + name, e);
    }
  }
}
