/**
 * The index: Parquet tables {@code models}, {@code files} and {@code chunks} of every run, and one
 * record per model of what its source looked like. A cache: pointers, manifests and packs are the
 * truth.
 */
package dev.zoopress.jobs.index;
