package dev.zoopress.jobs.restore;

import dev.zoopress.codec.manifest.FileEntry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.BBPartHandle;
import org.apache.hadoop.fs.MultipartUploader;
import org.apache.hadoop.fs.PartHandle;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UploadHandle;

/** The uploads of large files, from the driver's side; what is not completed is aborted. */
final class Uploads implements Closeable {
  private final RestoreSettings settings;
  private final HadoopDestination destination;
  private final Map<String, Upload> open = new HashMap<>();

  private record Upload(Path path, UploadHandle handle) {}

  Uploads(RestoreSettings settings) throws IOException {
    this.settings = settings;
    this.destination = (HadoopDestination) settings.open();
  }

  /** Starts the upload of a large file. */
  Piece start(Piece large) throws IOException {
    StoredRevision revision = large.revision();
    try (OpenStore store = new OpenStore(settings.store(), settings.hadoop())) {
      FileEntry file = store.manifest(revision.manifest()).files().get(large.firstFile());
      Placement at =
          Placement.of(settings.layout(), revision.model(), revision.revision(), file, "");
      Path path = destination.path(at.path());
      try (MultipartUploader uploader = uploader(path)) {
        UploadHandle handle = PartUpload.await(uploader.startUpload(path));
        open.put(large.largeName(), new Upload(path, handle));
        return large.uploading(handle.toByteArray(), PartUpload.partBytes(file.sizeBytes()));
      }
    }
  }

  /** Makes the object visible; all its parts are among the reports. */
  void complete(Piece large, List<Report> reports) throws IOException {
    Map<Integer, PartHandle> parts = new HashMap<>();
    for (Report report : reports) {
      if (report.large().equals(large.largeName())) {
        for (Report.Part part : report.parts()) {
          parts.put(part.number(), BBPartHandle.from(ByteBuffer.wrap(part.handle())));
        }
      }
    }
    Upload upload = open.get(large.largeName());
    try (MultipartUploader uploader = uploader(upload.path)) {
      PartUpload.await(uploader.complete(upload.handle, upload.path, parts));
    }
    open.remove(large.largeName());
  }

  private MultipartUploader uploader(Path path) throws IOException {
    return destination.files().createMultipartUploader(path).build();
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (Upload upload : open.values()) {
      try (MultipartUploader uploader = uploader(upload.path)) {
        PartUpload.await(uploader.abort(upload.handle, upload.path));
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
