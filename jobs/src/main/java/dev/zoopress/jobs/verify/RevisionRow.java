package dev.zoopress.jobs.verify;

import java.io.Serializable;

/** A published revision, or one whose pointer cannot be read: then there is no manifest. */
record RevisionRow(String model, String revision, String manifest, long files, long sourceBytes)
    implements Serializable {
  String name() {
    return model + "@" + revision;
  }
}
