/**
 * The store: a small object store whose only primitive for agreement is put-if-absent, and the
 * repository's layout on it.
 *
 * <p>Whatever must be decided once (the next pointer, the end of a run, what garbage is removed) is
 * an object that only one writer can create. Keys of pointers are never used twice, so an order
 * that arrives late (a put, a delete) can only meet the state it was meant for or one in which it
 * does nothing.
 */
package dev.zoopress.jobs.store;
