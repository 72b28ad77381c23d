/**
 * The index: what compress needs to know about published chunks and sources, as rows of its own,
 * and the Parquet tables {@code models}, {@code files} and {@code chunks}, which are there to be
 * asked (INDEX.md). A cache: pointers, manifests and packs are the truth.
 */
package dev.zoopress.jobs.index;
