/** What models are asked, and what their outputs mean. */
package dev.zoopress.eval.task;
