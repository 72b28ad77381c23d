package dev.zoopress.codec.pack;

import com.github.luben.zstd.Zstd;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Writes one pack front to back and names it by the SHA-256 of what it wrote. Not thread-safe. */
public final class PackWriter implements Closeable {
  private static final int FOOTER_ZSTD_LEVEL = 3;

  /** Hashed and written while in the cache; streams copy through a buffer of the same length. */
  private static final int SLICE_BYTES = 1 << 18;

  private final MessageDigest digest = Digests.sha256();
  private final OutputStream out;
  private final List<PackFrame> frames = new ArrayList<>();
  private long length;

  /** Starts a pack; {@code out} is closed with the writer. */
  public PackWriter(OutputStream out) throws IOException {
    this.out = out;
    write(PackLayout.header(), 0, PackLayout.HEADER_BYTES);
  }

  /**
   * Appends an encoded frame and returns its offset in the pack.
   *
   * @param chunks what it decodes to, in order, without gaps
   * @throws IllegalArgumentException if the chunks do not fill {@code rawBytes}
   */
  public long appendFrame(
      byte[] frame, int offset, int lengthBytes, int rawBytes, DType dtype, List<FrameChunk> chunks)
      throws IOException {
    return appendFrame(frame, offset, lengthBytes, rawBytes, dtype, List.of(), chunks);
  }

  /** As above, for a frame that is read with the decoded bytes of {@code bases}. */
  public long appendFrame(
      byte[] frame,
      int offset,
      int lengthBytes,
      int rawBytes,
      DType dtype,
      List<ChunkId> bases,
      List<FrameChunk> chunks)
      throws IOException {
    int end = 0;
    for (FrameChunk chunk : chunks) {
      if (chunk.offsetInFrame() != end || chunk.lengthBytes() < 1) {
        throw new IllegalArgumentException(
            "chunk at " + chunk.offsetInFrame() + ", expected " + end);
      }
      end = Math.addExact(end, chunk.lengthBytes());
    }
    if (end != rawBytes || lengthBytes < 1) {
      throw new IllegalArgumentException(
          "chunks of " + end + " bytes in a frame of " + rawBytes + ", stored " + lengthBytes);
    }
    long at = length;
    frames.add(new PackFrame(at, lengthBytes, rawBytes, dtype, bases, chunks));
    write(frame, offset, lengthBytes);
    return at;
  }

  /** Bytes written so far, header included. */
  public long lengthBytes() {
    return length;
  }

  /** Ends a pack whose files are listed in manifests elsewhere. */
  public PackSummary finish() throws IOException {
    return finish(new byte[0]);
  }

  /** Ends a pack that carries {@code manifest}, as {@code ManifestFormat} encoded it. */
  public PackSummary finish(byte[] manifest) throws IOException {
    write(manifest, 0, manifest.length);
    long footerOffset = length;
    byte[] raw = footer();
    byte[] footer = Zstd.compress(raw, FOOTER_ZSTD_LEVEL);
    if (raw.length > PackLayout.maxFooterBytes(footer.length)) {
      throw new IllegalStateException("too many chunks for one pack, or the same ones repeated");
    }
    write(footer, 0, footer.length);
    byte[] trailer = PackLayout.trailer(footerOffset, footer, raw.length, manifest);
    write(trailer, 0, trailer.length);
    out.flush();
    return new PackSummary(Digests.hex(digest), length, frames);
  }

  private byte[] footer() {
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    Varint.write(rows, frames.size());
    for (PackFrame frame : frames) {
      Varint.write(rows, frame.storedBytes());
      Varint.write(rows, frame.rawBytes());
      rows.write(frame.dtype().code());
      rows.write(frame.bases().isEmpty() ? 0 : PackLayout.FLAG_BASES);
      if (!frame.bases().isEmpty()) {
        Varint.write(rows, frame.bases().size());
        frame.bases().forEach(base -> rows.writeBytes(base.bytes()));
      }
      Varint.write(rows, frame.chunks().size());
      for (FrameChunk chunk : frame.chunks()) {
        rows.writeBytes(chunk.id().bytes());
        Varint.write(rows, chunk.lengthBytes());
      }
    }
    return rows.toByteArray();
  }

  private void write(byte[] bytes, int offset, int count) throws IOException {
    for (int done = 0; done < count; done += SLICE_BYTES) {
      int slice = Math.min(SLICE_BYTES, count - done);
      Digests.update(digest, bytes, offset + done, slice);
      out.write(bytes, offset + done, slice);
    }
    length += count;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
