package dev.zoopress.jobs.estimate;

import dev.zoopress.jobs.delta.Target;
import dev.zoopress.jobs.plan.PlannedContent;
import java.io.Serializable;

/**
 * A chunk that would be stored.
 *
 * @param target how it would stand on a base; null where it stands alone
 * @param base the content that holds the base, else null
 */
record Chosen(Piece piece, Target target, PlannedContent base) implements Serializable {}
