package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Segments of what {@code torch.save} writes: a ZIP archive with {@code <prefix>/data.pkl} and one
 * uncompressed entry {@code <prefix>/data/<key>} per storage. The pickle is read for types and
 * shapes only and nothing in it is executed; headers, padding and all other entries are opaque.
 */
final class TorchParser {
  private static final String PICKLE = "/data.pkl";
  private static final String DATA = "/data/";
  private static final String BYTE_ORDER = "/byteorder";
  private static final int MAX_BYTE_ORDER_BYTES = 16;

  private TorchParser() {}

  /** Whether an archive has a {@code data.pkl} where {@code torch.save} puts it. */
  static boolean isTorch(ZipDirectory zip) {
    return prefix(zip) != null;
  }

  /**
   * The layout of the archive {@code source}, which {@link #isTorch}. Where the pickle cannot be
   * read its storages stay opaque, with a warning.
   *
   * @throws MalformedInputException if the archive is unsound
   */
  static FileLayout parse(ByteSource source, ZipDirectory zip) throws IOException {
    String prefix = prefix(zip);
    SegmentCollector segments = new SegmentCollector(source.name(), source.size());
    String warning = "";
    if (isLittleEndian(source, zip, prefix)) {
      try {
        claimStorages(source, zip, prefix, segments);
      } catch (MalformedInputException e) {
        segments = new SegmentCollector(source.name(), source.size());
        warning = "storages taken as opaque: " + e.getMessage();
      }
    }
    return new FileLayout("torch", segments.segments(), warning);
  }

  private static String prefix(ZipDirectory zip) {
    for (ZipDirectory.Entry entry : zip.entries().values()) {
      String name = entry.name();
      int slash = name.indexOf('/');
      if (slash > 0 && name.length() == slash + PICKLE.length() && name.endsWith(PICKLE)) {
        return entry.isStored() ? name.substring(0, slash) : null;
      }
    }
    return null;
  }

  /** Old archives say nothing and are little-endian. */
  private static boolean isLittleEndian(ByteSource source, ZipDirectory zip, String prefix)
      throws IOException {
    ZipDirectory.Entry entry = zip.entries().get(prefix + BYTE_ORDER);
    if (entry == null) {
      return true;
    }
    if (!entry.isStored() || entry.sizeBytes() > MAX_BYTE_ORDER_BYTES) {
      return false;
    }
    byte[] text = new byte[(int) entry.sizeBytes()];
    source.readFully(zip.dataOffset(entry), text, 0, text.length);
    return new String(text, StandardCharsets.US_ASCII).equals("little");
  }

  private static void claimStorages(
      ByteSource source, ZipDirectory zip, String prefix, SegmentCollector segments)
      throws IOException {
    ZipDirectory.Entry pickleEntry = zip.entries().get(prefix + PICKLE);
    PickleReader pickle =
        PickleReader.read(source, zip.dataOffset(pickleEntry), pickleEntry.sizeBytes());
    Map<String, TorchStorage> storages = storages(pickle);
    Map<PickleValue.Node, String> names = TorchNames.of(pickle.result());
    TensorBudget budget = new TensorBudget(source.name());
    for (PickleValue.Node call : pickle.calls()) {
      TorchTensor tensor = TorchTensor.of(call);
      if (tensor != null) {
        budget.charge(
            names.getOrDefault(call, ""), tensor.shape().size(), pickleEntry.headerOffsetBytes());
        storages.get(tensor.storageKey()).add(tensor);
      }
    }
    for (Map.Entry<String, TorchStorage> storage : storages.entrySet()) {
      ZipDirectory.Entry entry = zip.entries().get(prefix + DATA + storage.getKey());
      if (entry != null && entry.isStored()) {
        storage
            .getValue()
            .claim(entry.name(), zip.dataOffset(entry), entry.sizeBytes(), names, segments);
      }
    }
  }

  private static Map<String, TorchStorage> storages(PickleReader pickle) {
    Map<String, TorchStorage> storages = new LinkedHashMap<>();
    for (PickleValue.PersistentId reference : pickle.persistentIds()) {
      String key = TorchStorage.key(reference);
      if (key != null) {
        TorchStorage storage = TorchStorage.of(reference);
        TorchStorage known = storages.putIfAbsent(key, storage);
        if (known != null) {
          known.merge(storage);
        }
      }
    }
    return storages;
  }
}
