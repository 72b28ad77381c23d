package dev.zoopress.jobs.source;

import java.io.Serializable;
import java.util.List;

/**
 * One state of a model.
 *
 * @param commit 40 hex digits in a cache; empty in a plain tree, where it follows from the bytes
 * @param entries in order of path
 */
public record Revision(String commit, List<Entry> entries) implements Serializable {}
