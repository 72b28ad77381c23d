/**
 * What runs leave for people: a record of each in {@code runs/}, and a report of the store made
 * from them, its pointers and manifests.
 */
package dev.zoopress.jobs.report;
