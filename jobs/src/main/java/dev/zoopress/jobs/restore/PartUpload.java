package dev.zoopress.jobs.restore;

import dev.zoopress.codec.manifest.FileEntry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.hadoop.fs.BBUploadHandle;
import org.apache.hadoop.fs.MultipartUploader;
import org.apache.hadoop.fs.PartHandle;
import org.apache.hadoop.fs.UploadHandle;

/** Uploads the parts of a range; the object appears only when the driver completes the upload. */
final class PartUpload {
  /** Smallest part; also what one buffer holds. */
  static final int MIN_PART_BYTES = 1 << 24;

  private static final int MAX_PARTS = 10_000;

  private final HadoopDestination destination;

  PartUpload(HadoopDestination destination) {
    this.destination = destination;
  }

  /** Bytes of each part but the last, so that no more than 10,000 are needed. */
  static int partBytes(long sizeBytes) {
    long needed = (sizeBytes + MAX_PARTS - 1) / MAX_PARTS;
    long mebibytes = (Math.max(needed, MIN_PART_BYTES) + (1 << 20) - 1) >> 20;
    return Math.toIntExact(mebibytes << 20);
  }

  List<Report.Part> upload(Piece piece, FileEntry file, Placement at, StoredContent content)
      throws IOException {
    List<Report.Part> parts = new ArrayList<>();
    UploadHandle upload = BBUploadHandle.from(ByteBuffer.wrap(piece.uploadHandle()));
    byte[] buffer =
        new byte[(int) Math.min(piece.partBytes(), piece.toBytes() - piece.fromBytes())];
    try (MultipartUploader uploader =
        destination.files().createMultipartUploader(destination.path(at.path())).build()) {
      for (long from = piece.fromBytes(); from < piece.toBytes(); from += piece.partBytes()) {
        long to = Math.min(piece.toBytes(), from + piece.partBytes());
        ByteBuffer part = ByteBuffer.wrap(buffer);
        content.stream(file, from, to, part::put);
        int number = (int) (from / piece.partBytes()) + 1;
        PartHandle handle =
            await(
                uploader.putPart(
                    upload,
                    number,
                    to == file.sizeBytes(),
                    destination.path(at.path()),
                    new ByteArrayInputStream(buffer, 0, part.position()),
                    part.position()));
        parts.add(new Report.Part(number, handle.toByteArray()));
      }
    }
    return parts;
  }

  /** The future's value; its failure as the exception that it was. */
  static <T> T await(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for an upload", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(e.getCause());
    }
  }
}
