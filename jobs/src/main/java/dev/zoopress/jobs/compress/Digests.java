package dev.zoopress.jobs.compress;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Fresh message digests; every Java platform has them. */
final class Digests {
  private Digests() {}

  static MessageDigest sha256() {
    return digest("SHA-256");
  }

  /** SHA-1 of a git blob of {@code sizeBytes}, its header already taken in. */
  static MessageDigest gitBlob(long sizeBytes) {
    MessageDigest digest = digest("SHA-1");
    digest.update(("blob " + sizeBytes + "\0").getBytes(StandardCharsets.US_ASCII));
    return digest;
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
