package dev.zoopress.jobs.store;

/** A caller's key is none; told apart so that it is never taken for a failure of the store. */
final class InvalidKeyException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  InvalidKeyException(String message) {
    super(message);
  }
}
