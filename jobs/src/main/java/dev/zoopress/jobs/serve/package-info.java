/**
 * A read-only Hugging Face Hub endpoint over a store: models, revisions and files as the clients
 * expect them, every file decoded on the fly. Knows nothing of Spark.
 */
package dev.zoopress.jobs.serve;
