package dev.zoopress.jobs.store;

import java.io.IOException;

/** Another live process holds the lease. */
public final class LeaseHeldException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Names the lease, who holds it and for how long. */
  public LeaseHeldException(String lease, String owner, String host, long remainingMillis) {
    super(
        "lease '"
            + lease
            + "' is held by run "
            + owner
            + " on "
            + host
            + " for another "
            + Math.max(1, remainingMillis / 1000)
            + " s; wait for that run, or if it is dead try again after that time");
  }
}
