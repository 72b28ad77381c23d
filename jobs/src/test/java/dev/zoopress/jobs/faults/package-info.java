/**
 * Faults of stores, injected below and above the client: what a run does, and that nothing is lost.
 */
package dev.zoopress.jobs.faults;
