package dev.zoopress.jobs.store;

import java.io.Serializable;

/**
 * One object of a listing.
 *
 * @param key '/'-separated, relative to the store
 * @param modifiedMillis by the store's clock
 */
public record ObjectInfo(String key, long sizeBytes, long modifiedMillis) implements Serializable {}
