package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.format.SafetensorsFile;
import dev.zoopress.codec.format.SafetensorsFile.Tensor;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads {@code .znn.safetensors}, by whomever written. Files that {@link ZipnnSafetensors} wrote
 * with the original's header come back byte for byte; of others the tensors do, laid out as the
 * reference implementation would.
 */
public final class ZipnnTensors {
  private static final int REPAIR_BYTES = 1 << 18;

  /** What to do with F32 and BF16 tensors that stand plain. */
  public enum Plain {
    /** Take them as they are. */
    KEEP,
    /** Move the sign bit back: ZipNN's own script wrote the file, and wrote them rotated. */
    REPAIR
  }

  /**
   * What was decoded.
   *
   * @param exact whether these are the bytes of the original file, checked by its digest; else only
   *     structure could be checked, for the format has no checksum
   * @param repaired tensors whose sign bits were moved back
   */
  public record Decoded(boolean exact, int coded, int repaired, long bytes) {}

  private final ByteSource source;
  private final SafetensorsFile file;
  private final Set<String> coded;
  private final Plain plain;
  private final Map<String, Tensor> byName = new HashMap<>();
  private final byte[] buffer = new byte[REPAIR_BYTES];
  private int repaired;

  private ZipnnTensors(ByteSource source, Plain plain) throws IOException {
    this.source = source;
    this.plain = plain;
    this.file = SafetensorsFile.read(source);
    this.coded = coded(source, file);
    file.tensors().forEach(t -> byName.put(t.name(), t));
  }

  /**
   * Decodes {@code source} into {@code out}; holds buffers for one chunk.
   *
   * @throws MalformedInputException naming the byte at which the file stops making sense; {@code
   *     out} may hold a part
   * @throws IntegrityException if the file carries the original's digest and what was decoded does
   *     not have it
   */
  public static Decoded decode(ByteSource source, OutputStream out, Plain plain)
      throws IOException {
    return new ZipnnTensors(source, plain).decode(out);
  }

  /**
   * SHA-256 of every tensor's decoded bytes, by name; of plain safetensors files too.
   *
   * @throws MalformedInputException naming the byte at which the file stops making sense
   */
  public static Map<String, String> digests(ByteSource source) throws IOException {
    ZipnnTensors tensors = new ZipnnTensors(source, Plain.KEEP);
    Map<String, String> digests = new HashMap<>();
    for (Tensor tensor : tensors.file.tensors()) {
      MessageDigest digest = Digests.sha256();
      OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest);
      tensors.decode(tensor, tensors.rawBytes(tensor), out);
      digests.put(tensor.name(), Digests.hex(digest));
    }
    return digests;
  }

  private long rawBytes(Tensor tensor) throws IOException {
    return coded.contains(tensor.name())
        ? ZipnnHeader.read(source, tensor.offsetBytes()).rawBytes()
        : tensor.lengthBytes();
  }

  private Decoded decode(OutputStream out) throws IOException {
    String header = file.metadata().get(ZipnnSafetensors.ORIGINAL_HEADER);
    if ((header == null) != !file.metadata().containsKey(ZipnnSafetensors.ORIGINAL_DIGEST)) {
      throw new MalformedInputException(
          source.name(), 8, "the metadata holds the original's header or its digest, not both");
    }
    if (header == null) {
      long bytes = decodeTensors(out);
      return new Decoded(false, coded.size(), repaired, bytes);
    }
    if (plain == Plain.REPAIR) {
      throw new MalformedInputException(
          source.name(), 8, "was written by zoopress: nothing in it needs repair");
    }
    long bytes = decodeOriginal(header.getBytes(StandardCharsets.UTF_8), out);
    return new Decoded(true, coded.size(), 0, bytes);
  }

  private long decodeTensors(OutputStream out) throws IOException {
    List<TensorHeader.Row> rows = new ArrayList<>();
    for (Tensor tensor : file.tensors()) {
      if (coded.contains(tensor.name())) {
        ZipnnHeader head = ZipnnHeader.read(source, tensor.offsetBytes());
        rows.add(new TensorHeader.Row(tensor.name(), head.dtype(), head.shape(), head.rawBytes()));
      } else {
        rows.add(
            new TensorHeader.Row(
                tensor.name(), tensor.dtype(), tensor.shape(), tensor.lengthBytes()));
      }
    }
    rows = TensorHeader.sorted(rows);
    Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
    metadata.remove(ListedTensors.KEY);
    byte[] header = TensorHeader.encode(rows, metadata);
    out.write(header);
    long bytes = header.length;
    for (TensorHeader.Row row : rows) {
      decode(byName.get(row.name()), row.lengthBytes(), out);
      bytes += row.lengthBytes();
    }
    return bytes;
  }

  private long decodeOriginal(byte[] header, OutputStream out) throws IOException {
    long data = 0;
    for (Tensor tensor : file.tensors()) {
      data = Math.addExact(data, rawBytes(tensor));
    }
    HeaderOnly head = new HeaderOnly(source.name() + " (header of the original)", header, data);
    SafetensorsFile original = SafetensorsFile.read(head);
    MessageDigest digest = Digests.sha256();
    OutputStream digested = new DigestOutputStream(out, digest);
    digested.write(head.start);
    for (Tensor wanted : original.tensors()) {
      Tensor stored = byName.get(wanted.name());
      if (stored == null) {
        throw new MalformedInputException(
            source.name(), 8, "a tensor that the original's header names is missing");
      }
      decode(stored, wanted.lengthBytes(), digested);
    }
    String expected = file.metadata().get(ZipnnSafetensors.ORIGINAL_DIGEST);
    String found = Digests.hex(digest);
    if (!found.equals(expected)) {
      throw new IntegrityException(source.name() + ": SHA-256 of the original", expected, found);
    }
    return head.size();
  }

  private void decode(Tensor tensor, long expectedBytes, OutputStream out) throws IOException {
    if (coded.contains(tensor.name())) {
      SliceSource segment =
          new SliceSource(source, source.name(), tensor.offsetBytes(), tensor.lengthBytes());
      long rawBytes = ZipnnHeader.read(segment, 0).rawBytes();
      if (rawBytes != expectedBytes) {
        throw new MalformedInputException(
            source.name(),
            tensor.offsetBytes() + 16,
            "tensor of " + rawBytes + " bytes where " + expectedBytes + " belong");
      }
      new ZipnnReader(segment).decode(out);
      return;
    }
    if (tensor.lengthBytes() != expectedBytes) {
      throw new MalformedInputException(
          source.name(),
          tensor.offsetBytes(),
          "tensor of " + tensor.lengthBytes() + " bytes where " + expectedBytes + " belong");
    }
    boolean repair =
        plain == Plain.REPAIR && (tensor.dtype() == DType.F32 || tensor.dtype() == DType.BF16);
    repaired += repair ? 1 : 0;
    for (long done = 0; done < tensor.lengthBytes(); ) {
      int n = (int) Math.min(buffer.length, tensor.lengthBytes() - done);
      source.readFully(tensor.offsetBytes() + done, buffer, 0, n);
      if (repair) {
        BitRotation.inverse(buffer, n, tensor.dtype().bits() / 8);
      }
      out.write(buffer, 0, n);
      done += n;
    }
  }

  /** Whether {@link #coded} finds some, by the list or, without one, by the first candidate. */
  static boolean holdsSegments(ByteSource source, SafetensorsFile file) throws IOException {
    if (file.metadata().containsKey(ListedTensors.KEY)) {
      return true;
    }
    for (Tensor tensor : file.tensors()) {
      if (tensor.dtype() == DType.U8 && tensor.shape().size() == 1 && tensor.lengthBytes() > 0) {
        return looksLikeSegment(source, tensor);
      }
    }
    return false;
  }

  /** The tensors that are segments: those listed, or in a file without list those that look so. */
  static Set<String> coded(ByteSource source, SafetensorsFile file) throws IOException {
    String list = file.metadata().get(ListedTensors.KEY);
    Set<String> listed = list == null ? Set.of() : ListedTensors.names(source.name(), list);
    Set<String> found = new HashSet<>();
    for (Tensor tensor : file.tensors()) {
      boolean bytes = tensor.dtype() == DType.U8 && tensor.shape().size() == 1;
      if (listed.contains(tensor.name())) {
        if (!bytes) {
          throw new MalformedInputException(
              source.name(), tensor.offsetBytes(), "a coded tensor must be U8 of one dimension");
        }
        require(source, tensor);
        found.add(tensor.name());
      } else if (list == null && bytes && looksLikeSegment(source, tensor)) {
        require(source, tensor);
        found.add(tensor.name());
      }
    }
    return found;
  }

  private static void require(ByteSource source, Tensor tensor) throws IOException {
    ZipnnHeader head = ZipnnHeader.read(source, tensor.offsetBytes());
    if (head.segmentBytes() != tensor.lengthBytes()) {
      throw new MalformedInputException(
          source.name(),
          tensor.offsetBytes() + 24,
          "segment of "
              + head.segmentBytes()
              + " bytes in a tensor of "
              + tensor.lengthBytes()
              + " bytes");
    }
    long elements = 1;
    for (long dimension : head.shape()) {
      elements = Math.multiplyHigh(elements, dimension) == 0 ? elements * dimension : -1;
      if (elements < 0) {
        break;
      }
    }
    if (head.format() == ZipnnHeader.FORMAT_BYTE
        || elements < 0
        || elements != head.rawBytes() / head.groups()
        || head.rawBytes() % head.groups() != 0) {
      throw new MalformedInputException(
          source.name(),
          tensor.offsetBytes() + ZipnnHeader.FIXED_BYTES,
          "shape " + head.shape() + " does not hold " + head.rawBytes() + " bytes");
    }
  }

  private static boolean looksLikeSegment(ByteSource source, Tensor tensor) throws IOException {
    byte[] head = new byte[ZipnnHeader.FIXED_BYTES];
    if (tensor.lengthBytes() < head.length) {
      return false;
    }
    source.readFully(tensor.offsetBytes(), head, 0, head.length);
    long length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong(24);
    return head[0] == 'Z' && head[1] == 'N' && length == tensor.lengthBytes();
  }

  /** A file of which only the start is there: enough to read and check its header. */
  private static final class HeaderOnly implements ByteSource {
    private final String name;
    private final byte[] start;
    private final long size;

    HeaderOnly(String name, byte[] header, long dataBytes) {
      this.name = name;
      this.start = new byte[SafetensorsFile.PREFIX_BYTES + header.length];
      ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header);
      this.size = start.length + dataBytes;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public void readFully(long positionBytes, byte[] target, int offset, int length)
        throws IOException {
      if (positionBytes < 0 || positionBytes > start.length - length) {
        throw new java.io.EOFException(name + ": no data at " + positionBytes);
      }
      System.arraycopy(start, (int) positionBytes, target, offset, length);
    }
  }
}
