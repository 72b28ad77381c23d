package dev.zoopress.jobs.serve;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.PackSource;
import dev.zoopress.codec.pack.StoredFile;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Answers HEAD and GET for one file: headers from the manifest alone, bytes decoded slice by slice.
 */
final class FileSender {
  /** What is decoded and handed to the connection at a time: memory per transfer. */
  static final int SLICE_BYTES = 1 << 20;

  static final HttpString REPO_COMMIT = new HttpString("X-Repo-Commit");

  private final PackSource packs;
  private final ChunkCache cache;

  FileSender(PackSource packs, ChunkCache cache) {
    this.packs = packs;
    this.cache = cache;
  }

  /**
   * Sends the file, or the range of it that the request names; returns the number of body bytes.
   */
  long send(HttpServerExchange exchange, Snapshot snapshot, FileEntry file) throws IOException {
    exchange.getResponseHeaders().put(Headers.ETAG, '"' + HubDocuments.etag(file) + '"');
    exchange.getResponseHeaders().put(REPO_COMMIT, snapshot.commit());
    exchange.getResponseHeaders().put(Headers.ACCEPT_RANGES, "bytes");
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/octet-stream");
    ByteRange range =
        ByteRange.of(exchange.getRequestHeaders().getFirst(Headers.RANGE), file.sizeBytes());
    if (range == null) {
      exchange.setStatusCode(StatusCodes.REQUEST_RANGE_NOT_SATISFIABLE);
      exchange.getResponseHeaders().put(Headers.CONTENT_RANGE, "bytes */" + file.sizeBytes());
      exchange.setResponseContentLength(0);
      return 0;
    }
    if (range.partial()) {
      exchange.setStatusCode(StatusCodes.PARTIAL_CONTENT);
      exchange
          .getResponseHeaders()
          .put(
              Headers.CONTENT_RANGE,
              "bytes "
                  + range.from()
                  + "-"
                  + (range.from() + range.length() - 1)
                  + "/"
                  + file.sizeBytes());
    }
    exchange.setResponseContentLength(range.length());
    if (exchange.getRequestMethod().equals(Methods.HEAD) || range.length() == 0) {
      return 0;
    }
    // The first slice is decoded before the status is sent: damage there is still a clean 500.
    byte[] slice = new byte[(int) Math.min(SLICE_BYTES, range.length())];
    try (StoredFile stored = new StoredFile(file, packs, cache)) {
      int length = slice.length;
      stored.readFully(range.from(), slice, 0, length);
      OutputStream out = exchange.getOutputStream();
      long sent = 0;
      while (true) {
        out.write(slice, 0, length);
        sent += length;
        if (sent == range.length()) {
          break;
        }
        // Slices end where windows of the cache do, so that no window is decoded twice.
        long at = range.from() + sent;
        length = (int) Math.min(SLICE_BYTES - at % SLICE_BYTES, range.length() - sent);
        stored.readFully(at, slice, 0, length);
      }
      out.flush();
      return sent;
    }
  }
}
