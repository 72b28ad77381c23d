package dev.zoopress.jobs.restore;

import java.io.Serializable;

/** A published revision and the manifest that is its truth. */
public record StoredRevision(String model, String revision, String manifest)
    implements Serializable {}
