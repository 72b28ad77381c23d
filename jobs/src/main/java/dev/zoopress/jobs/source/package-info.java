/**
 * Source trees: one model, a tree {@code name} or {@code org/name}, a Hugging Face cache; on a
 * local disk or any Hadoop file system. Everything here only reads, and every open pins the state
 * that was listed.
 */
package dev.zoopress.jobs.source;
