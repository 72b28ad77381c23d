package dev.zoopress.jobs.restore;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The digests that files are known by. */
final class Digests {
  private Digests() {}

  static MessageDigest sha256() {
    return digest("SHA-256");
  }

  /** A digest that gives git's id of a blob of {@code sizeBytes} when it is fed the content. */
  static MessageDigest gitBlob(long sizeBytes) {
    MessageDigest digest = digest("SHA-1");
    digest.update(("blob " + sizeBytes + "\0").getBytes(StandardCharsets.US_ASCII));
    return digest;
  }

  static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + name, e);
    }
  }
}
