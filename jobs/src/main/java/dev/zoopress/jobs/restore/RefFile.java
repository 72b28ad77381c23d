package dev.zoopress.jobs.restore;

import dev.zoopress.codec.hash.Digests;
import dev.zoopress.jobs.restore.Destination.Draft;
import dev.zoopress.jobs.restore.Destination.Found;
import dev.zoopress.jobs.restore.Destination.ObstacleException;
import dev.zoopress.jobs.restore.RestoreOptions.Flag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Writes {@code refs/<name>} of a cache: the revision's 40 digits, no line end. */
final class RefFile {
  private RefFile() {}

  static void write(Destination destination, Selection.Ref ref, Set<Flag> flags)
      throws IOException {
    String path = Placement.checked(Placement.repository(ref.model()) + "/refs/" + ref.name());
    Placement.checked(ref.model());
    byte[] text = ref.revision().getBytes(StandardCharsets.US_ASCII);
    Found found = destination.look(path, text.length);
    if (found == Found.SAME_SIZE && destination.sha256(path).equals(sha256(text))) {
      return;
    }
    if (found == Found.OBSTACLE || (found != Found.NOTHING && !flags.contains(Flag.FORCE))) {
      throw new ObstacleException(path + ": it names another revision; --force replaces it");
    }
    try (Draft draft = destination.create(path, text.length)) {
      draft.write(ByteBuffer.wrap(text));
      draft.publish();
    }
  }

  private static String sha256(byte[] text) {
    var digest = Digests.sha256();
    digest.update(text);
    return Digests.hex(digest);
  }
}
