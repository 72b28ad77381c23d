/** Looks whether a store, its settings and its index are in order, and says what to do. */
package dev.zoopress.jobs.doctor;
