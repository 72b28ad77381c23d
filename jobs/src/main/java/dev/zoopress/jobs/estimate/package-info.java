/**
 * What compress would come to, from samples: the plan is that of a real run, kept in Spark's own
 * data sets, and a small part of every kind of chunk is encoded. Writes nothing.
 */
package dev.zoopress.jobs.estimate;
