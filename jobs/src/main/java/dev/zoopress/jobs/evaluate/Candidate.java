package dev.zoopress.jobs.evaluate;

import dev.zoopress.jobs.restore.StoredRevision;
import dev.zoopress.jobs.source.ModelRef;
import java.io.Serializable;

/** A model that both sides should have; what one does not have is null. */
record Candidate(String model, ModelRef original, StoredRevision stored) implements Serializable {}
