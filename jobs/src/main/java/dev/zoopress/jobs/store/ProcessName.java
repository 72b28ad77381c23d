package dev.zoopress.jobs.store;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A process, so that another one can tell whether it still runs.
 *
 * @param host for people
 * @param space where process numbers mean the same: this boot of this machine, this container
 * @param pid its number there
 * @param startMillis when it started: numbers are used again; 0 where that is not known
 */
record ProcessName(String host, String space, long pid, long startMillis) {
  private static final ProcessName SELF = self();

  static ProcessName current() {
    return SELF;
  }

  /** True only if that process certainly ended. */
  boolean gone() {
    if (space.isEmpty() || !space.equals(SELF.space)) {
      return false;
    }
    Optional<ProcessHandle> now = ProcessHandle.of(pid);
    return now.isEmpty() || !now.get().isAlive() || start(now.get()) != startMillis;
  }

  private static long start(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private static ProcessName self() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "an unnamed host";
    }
    String space = "";
    try {
      space =
          host
              + " "
              + Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
              + " "
              + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
    } catch (IOException | UnsupportedOperationException e) {
      // Not Linux: nobody can tell, and leases run out by time alone.
    }
    ProcessHandle own = ProcessHandle.current();
    return new ProcessName(host, space, own.pid(), start(own));
  }
}
