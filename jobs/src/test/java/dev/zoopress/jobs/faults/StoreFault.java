package dev.zoopress.jobs.faults;

/** What can go wrong with an operation of a store. */
enum StoreFault {
  /** It fails, and nothing was done. */
  ERROR,
  /** It writes nothing, for want of room. */
  FULL,
  /** It was done, and fails. */
  LOST_ANSWER,
  /** What is read ends too early. */
  TRUNCATED,
  /** One bit of what is read is wrong. */
  WRONG
}
