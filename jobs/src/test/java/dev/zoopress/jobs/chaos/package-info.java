/**
 * Interleavings of compress, delete, gc and restore whose processes die or fall asleep between any
 * two operations on the store.
 */
package dev.zoopress.jobs.chaos;
