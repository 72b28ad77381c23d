package dev.zoopress.jobs.store;

/** How an attempt to publish ended. */
public enum Publication {
  /** The pointer is there, by this call or an earlier one. */
  DONE,
  /** Another run published this number with other content first; plan this model again. */
  LOST,
  /** The revision was deleted since it was planned; plan this model again if it is wanted. */
  DELETED
}
