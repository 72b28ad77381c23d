/**
 * ONNX graphs, written and read on the wire format by hand, and the sessions that run them. Weights
 * never lie in a graph that is written here: they are handed to the runtime beside it.
 */
package dev.zoopress.eval.onnx;
