/** Text to token ids and back, with each side's own files and without network. */
package dev.zoopress.eval.text;
