/**
 * Checks a store against itself and against originals. Damage is a finding, reported with the
 * object, the offset and the models that it touches; it never stops the rest.
 */
package dev.zoopress.jobs.verify;
