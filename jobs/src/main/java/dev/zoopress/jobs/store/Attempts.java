package dev.zoopress.jobs.store;

import dev.zoopress.codec.CorruptContainerException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;

/** Bounded repetition of reads: short, because the client below has tried several times itself. */
final class Attempts {
  static final int READS = 4;
  private static final long FIRST_PAUSE_MILLIS = 100;

  interface Read<T> {
    T run() throws IOException;
  }

  private Attempts() {}

  static <T> T read(Read<T> read) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return read.run();
      } catch (ObjectNotFoundException | CorruptContainerException e) {
        throw e;
      } catch (EOFException e) {
        throw e;
      } catch (IOException e) {
        if (attempt == READS || !StoreErrors.passing(e)) {
          throw e;
        }
        pause(FIRST_PAUSE_MILLIS << 2 * (attempt - 1));
      }
    }
  }

  static void pause(long millis) throws InterruptedIOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting to read again");
    }
  }
}
