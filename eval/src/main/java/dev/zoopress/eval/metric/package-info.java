/** Metrics of GLUE, named as Hugging Face's evaluate names them. */
package dev.zoopress.eval.metric;
