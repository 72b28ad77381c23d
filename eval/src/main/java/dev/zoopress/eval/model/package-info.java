/** A model's files, its configuration and its weights, as they lie in a folder or in a store. */
package dev.zoopress.eval.model;
