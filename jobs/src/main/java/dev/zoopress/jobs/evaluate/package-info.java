/**
 * The second job: original and stored models through ONNX Runtime, model by task by shard of
 * examples. The stored side is decoded straight from packs; no file is restored.
 */
package dev.zoopress.jobs.evaluate;
