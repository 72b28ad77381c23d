package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.format.SafetensorsFile;
import dev.zoopress.codec.format.SafetensorsFile.Tensor;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.tensor.DType;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes {@code .znn.safetensors}: a safetensors file whose float tensors are ZipNN segments, each
 * a tensor of bytes. Tensors that do not shrink stand plain, as they are; ZipNN's own script writes
 * those of F32 and BF16 damaged.
 */
public final class ZipnnSafetensors {
  /** The header of the original file, as text: with it the file comes back byte for byte. */
  static final String ORIGINAL_HEADER = "zoopress_header";

  /** SHA-256 of the original file, lower-case hex. */
  static final String ORIGINAL_DIGEST = "zoopress_sha256";

  /** Longer tensors stand plain: a segment is built in memory. */
  private static final long MAX_CODED_BYTES = 1L << 30;

  /** What else is written into the metadata. */
  public enum Extra {
    /** Nothing: what the package itself would write. */
    NONE,
    /** The original's header and digest, so that the file itself comes back, not only tensors. */
    ORIGINAL
  }

  /**
   * What was written.
   *
   * @param coded tensors that became segments
   * @param plain tensors that stand as they were
   */
  public record Written(int coded, int plain, long sourceBytes, long storedBytes) {}

  private ZipnnSafetensors() {}

  /**
   * Writes the ZipNN form of {@code source} to {@code out}, which is created or replaced; {@code
   * scratch}, a path on a disk with room for the result, is used meanwhile and removed. Needs
   * memory for about three times the largest tensor up to 1 GiB.
   *
   * @throws dev.zoopress.codec.MalformedInputException if the source is no sound safetensors file
   */
  public static Written encode(ByteSource source, Path out, Path scratch, Extra extra)
      throws IOException {
    SafetensorsFile file = SafetensorsFile.read(source);
    ListedTensors listed = new ListedTensors();
    List<TensorHeader.Row> rows = new ArrayList<>();
    Map<String, Long> starts = new HashMap<>();
    MessageDigest digest = Digests.sha256();
    digestHead(digest, file);
    ZipnnWriter writer = new ZipnnWriter();
    try (FileChannel parts =
        FileChannel.open(
            scratch,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      try (OutputStream data = new BufferedOutputStream(Channels.newOutputStream(parts), 1 << 16)) {
        long at = 0;
        for (Tensor tensor : file.tensors()) {
          TensorHeader.Row row = write(source, tensor, writer, listed, digest, data);
          rows.add(row);
          starts.put(row.name(), at);
          at += row.lengthBytes();
        }
        data.flush();
        Map<String, String> metadata = new HashMap<>(file.metadata());
        metadata.put(ListedTensors.KEY, listed.encode());
        if (extra == Extra.ORIGINAL) {
          metadata.put(ORIGINAL_HEADER, new String(file.header(), StandardCharsets.UTF_8));
          metadata.put(ORIGINAL_DIGEST, Digests.hex(digest));
        }
        long stored = assemble(out, TensorHeader.sorted(rows), metadata, parts, starts);
        int coded = (int) rows.stream().filter(r -> isCoded(r, file)).count();
        return new Written(coded, rows.size() - coded, source.size(), stored);
      }
    }
  }

  private static boolean isCoded(TensorHeader.Row row, SafetensorsFile file) {
    return file.tensors().stream()
        .anyMatch(t -> t.name().equals(row.name()) && t.dtype() != row.dtype());
  }

  private static void digestHead(MessageDigest digest, SafetensorsFile file) {
    for (int i = 0; i < SafetensorsFile.PREFIX_BYTES; i++) {
      digest.update((byte) ((long) file.header().length >>> 8 * i));
    }
    digest.update(file.header());
  }

  private static TensorHeader.Row write(
      ByteSource source,
      Tensor tensor,
      ZipnnWriter writer,
      ListedTensors listed,
      MessageDigest digest,
      OutputStream data)
      throws IOException {
    if (ListedTensors.codes(tensor.dtype())
        && tensor.lengthBytes() > 0
        && tensor.lengthBytes() <= MAX_CODED_BYTES) {
      byte[] raw = new byte[(int) tensor.lengthBytes()];
      source.readFully(tensor.offsetBytes(), raw, 0, raw.length);
      digest.update(raw);
      byte[] segment = writer.tensor(raw, 0, raw.length, tensor.dtype(), tensor.shape());
      if (segment.length < raw.length) {
        listed.add(tensor.name(), tensor.dtype(), tensor.shape());
        data.write(segment);
        return new TensorHeader.Row(
            tensor.name(), DType.U8, List.of((long) segment.length), segment.length);
      }
      data.write(raw);
    } else {
      copy(source, tensor, digest, data);
    }
    return new TensorHeader.Row(
        tensor.name(), tensor.dtype(), tensor.shape(), tensor.lengthBytes());
  }

  private static void copy(
      ByteSource source, Tensor tensor, MessageDigest digest, OutputStream data)
      throws IOException {
    byte[] buffer = new byte[(int) Math.min(1 << 20, tensor.lengthBytes())];
    long done = 0;
    while (done < tensor.lengthBytes()) {
      int n = (int) Math.min(buffer.length, tensor.lengthBytes() - done);
      source.readFully(tensor.offsetBytes() + done, buffer, 0, n);
      digest.update(buffer, 0, n);
      data.write(buffer, 0, n);
      done += n;
    }
  }

  private static long assemble(
      Path out,
      List<TensorHeader.Row> rows,
      Map<String, String> metadata,
      FileChannel parts,
      Map<String, Long> starts)
      throws IOException {
    byte[] header = TensorHeader.encode(rows, metadata);
    try (FileChannel target =
        FileChannel.open(
            out,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      Channels.newOutputStream(target).write(header);
      for (TensorHeader.Row row : rows) {
        long from = starts.get(row.name());
        long end = from + row.lengthBytes();
        while (from < end) {
          from += parts.transferTo(from, end - from, target);
        }
      }
      target.force(true);
      return target.position();
    }
  }
}
