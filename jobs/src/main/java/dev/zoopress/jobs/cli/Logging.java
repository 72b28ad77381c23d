package dev.zoopress.jobs.cli;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/** How much is logged. */
final class Logging {
  private Logging() {}

  static void verbose() {
    Configurator.setRootLevel(Level.INFO);
  }
}
