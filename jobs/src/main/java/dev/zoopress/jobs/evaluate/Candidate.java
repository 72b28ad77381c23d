package dev.zoopress.jobs.evaluate;

import dev.zoopress.jobs.restore.StoredRevision;
import dev.zoopress.jobs.source.ModelRef;
import java.io.Serializable;

/**
 * A model that both sides should have; what one does not have is null.
 *
 * @param damage why the store's pointers to it cannot be read, or empty
 */
record Candidate(String model, ModelRef original, StoredRevision stored, String damage)
    implements Serializable {}
