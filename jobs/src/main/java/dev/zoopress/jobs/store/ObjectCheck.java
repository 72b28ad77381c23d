package dev.zoopress.jobs.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.manifest.ManifestFormat;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads small objects of a repository whole: every byte of them is under some checksum. */
public final class ObjectCheck {
  private static final Pattern MANIFEST =
      Pattern.compile("manifests/([0-9a-f]{2})/(\\1[0-9a-f]{62})(\\.[0-9]{1,3})?\\.json\\.zst");
  private static final Pattern REF = Pattern.compile("models/.+/refs/[^/]+/[1-9][0-9]*\\.json");
  private static final Pattern POINTER = Pattern.compile("models/.+/[^/]+/[1-9][0-9]*\\.json");
  private static final Pattern LEASE = Pattern.compile("gc/lease/[1-9][0-9]*\\.json");
  private static final Pattern LIST = Pattern.compile("gc/[1-9][0-9]*/(condemned|verdict)");

  private ObjectCheck() {}

  /**
   * Checks the object at {@code key}; what no rule knows is not ours and is left alone.
   *
   * @throws CorruptContainerException if a byte is not as written, or it belongs to another key
   * @throws ObjectNotFoundException if it is not there
   */
  public static void check(ObjectStore store, String key) throws IOException {
    Matcher manifest = MANIFEST.matcher(key);
    if (key.equals(Layout.ROOT)) {
      JsonNode body = sealed(store, key, Repository.KIND);
      Sealed.text(key, body, "id");
    } else if (manifest.matches()) {
      store.get(
          key,
          ManifestFormat.MAX_STORED_BYTES,
          bytes -> Repository.manifest(key, manifest.group(2), bytes));
    } else if (REF.matcher(key).matches()) {
      JsonNode body = sealed(store, key, Pointers.REF_KIND);
      int n = (int) Sealed.count(key, body, "n");
      Sealed.text(key, body, "revision");
      place(key, Layout.ref(Sealed.text(key, body, "model"), Sealed.text(key, body, "ref")), n);
    } else if (POINTER.matcher(key).matches()) {
      Pointer pointer = store.get(key, Pointers.MAX_BYTES, bytes -> Pointer.decode(key, bytes));
      place(key, Layout.revision(pointer.model(), pointer.revision()), pointer.n());
    } else if (LEASE.matcher(key).matches()) {
      sealed(store, key, Lease.KIND);
    } else if (LIST.matcher(key).matches()) {
      Condemned.read(store, key);
    }
  }

  private static JsonNode sealed(ObjectStore store, String key, String kind) throws IOException {
    return store.get(key, Pointers.MAX_BYTES, bytes -> Sealed.open(key, kind, bytes));
  }

  private static void place(String key, String folder, int n) throws CorruptContainerException {
    if (!key.equals(Layout.numbered(folder, n))) {
      throw new CorruptContainerException(key, 0, "it belongs to " + Layout.numbered(folder, n));
    }
  }
}
