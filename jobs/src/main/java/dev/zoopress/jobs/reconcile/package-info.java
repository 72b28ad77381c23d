/** Of chunks that were stored twice one wins; chunks that nobody stored go into a second wave. */
package dev.zoopress.jobs.reconcile;
