/**
 * Garbage: what nothing published and no run at work refers to is condemned by one call, and
 * removed by a later one that looked again. The argument why nothing that is needed can go:
 *
 * <ul>
 *   <li>A writer pins what it puts or reuses, then reads the condemned lists, and stays away from
 *       every key on them. gc makes its list, then reads the runs and their pins. Whoever comes
 *       first, one of the two sees the other.
 *   <li>gc reads where runs stand before it reads pointers: what a run no longer pins is published
 *       by then.
 *   <li>A run decides to publish, or gc decides that it is dead, by creating one object: a dead run
 *       publishes nothing, a publishing one is held until its last pointer is there, and anybody
 *       may put that there.
 *   <li>A verdict is made once and names keys that are never used again, so an order to delete that
 *       arrives late deletes nothing else.
 * </ul>
 */
package dev.zoopress.jobs.collect;
