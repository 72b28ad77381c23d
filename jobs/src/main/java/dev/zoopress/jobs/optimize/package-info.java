/**
 * Brings a store that grew in the order of arrival near its global plan. What is published is
 * sketched again, from the store alone, and planned as one run would have planned it; packs whose
 * chunks would take less are rewritten, whole, those that pay most first; then revisions get new
 * pointers to manifests with the same files. Old packs become garbage.
 *
 * <p>Why nothing breaks on the way: a chunk that something outside the rewritten packs stands on
 * never stands deeper than it did; a chunk keeps its bytes, so whatever stands on it can be told
 * its new place; and whoever still names an old place keeps that pack alive.
 */
package dev.zoopress.jobs.optimize;
