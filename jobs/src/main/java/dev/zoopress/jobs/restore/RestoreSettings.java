package dev.zoopress.jobs.restore;

import dev.zoopress.jobs.restore.RestoreOptions.Flag;
import java.io.IOException;
import java.io.Serializable;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

/** What every task of a restore needs to know. */
record RestoreSettings(
    String store,
    String target,
    Layout layout,
    String file,
    Set<Flag> flags,
    String runId,
    long largeBytes,
    SerializableConfiguration conf)
    implements Serializable {

  Configuration hadoop() {
    return conf.value();
  }

  boolean local() {
    return !target.matches("[A-Za-z][A-Za-z0-9+.-]*:.*") || target.startsWith("file:");
  }

  Destination open() throws IOException {
    if (!local()) {
      return new HadoopDestination(new Path(target), hadoop());
    }
    String path = target.startsWith("file:") ? new Path(target).toUri().getPath() : target;
    return new LocalDestination(java.nio.file.Path.of(path).toAbsolutePath(), runId);
  }
}
