/**
 * Files come back: planned by bytes, written by tasks, each checked by size and SHA-256 before it
 * gets its name.
 */
package dev.zoopress.jobs.restore;
