package dev.zoopress.jobs.evaluate;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** Hadoop settings on their way to whatever process opens a side: only what is not default. */
final class Settings {
  private Settings() {}

  /** What {@code conf} says beyond Hadoop's own defaults. */
  static Map<String, String> changed(Configuration conf) {
    Configuration defaults = new Configuration();
    Map<String, String> changed = new TreeMap<>();
    for (Map.Entry<String, String> e : conf) {
      String value = conf.getRaw(e.getKey());
      if (value != null && !value.equals(defaults.getRaw(e.getKey()))) {
        changed.put(e.getKey(), value);
      }
    }
    return changed;
  }

  static Configuration of(Map<String, String> changed) throws IOException {
    Configuration conf = new Configuration();
    changed.forEach(conf::set);
    return conf;
  }
}
