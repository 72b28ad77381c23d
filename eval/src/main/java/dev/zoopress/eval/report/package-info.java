/**
 * Reports of an evaluation, for people and for programs: JSON, one HTML file, JUnit, the shapes of
 * lm-evaluation-harness, a model index, an in-toto statement.
 */
package dev.zoopress.eval.report;
