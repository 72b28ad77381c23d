/**
 * The plan of a run: what is to be read, cut into units of work by bytes alone, and which chunks
 * are likely to be duplicates of others. Rows travel as JSON lines in objects of the run's folder,
 * so that a task that runs twice gives its successor one and the same input.
 */
package dev.zoopress.jobs.plan;
