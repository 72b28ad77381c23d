package dev.zoopress.jobs.estimate;

import dev.zoopress.jobs.delta.Place;
import java.io.Serializable;

/**
 * What a chunk is expected to take.
 *
 * @param leader where the chunk is that would be stored; null where a published one is used
 * @param technique {@code delta}, {@code entropy} or {@code raw}
 */
record Stored(Place leader, String technique, long bytes) implements Serializable {}
