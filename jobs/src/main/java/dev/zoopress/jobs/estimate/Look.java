package dev.zoopress.jobs.estimate;

import dev.zoopress.jobs.delta.Sketch;
import dev.zoopress.jobs.plan.PlannedContent;
import java.io.Serializable;
import java.util.List;

/**
 * What headers and a few small ranges tell about a content.
 *
 * @param bytesRead for this
 * @param error why it cannot be read; empty where it can
 */
record Look(
    PlannedContent content,
    List<Piece> pieces,
    List<Sketch> sketches,
    long bytesRead,
    String warning,
    String error)
    implements Serializable {}
