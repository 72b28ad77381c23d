/**
 * Original against stored: digests of files and tensors, bits of outputs, answers, metrics; the
 * controls that show the comparison can see; the verdict.
 */
package dev.zoopress.eval.compare;
