package dev.zoopress.jobs.serve;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.PackSource;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;

/** Answers HEAD and GET for one file: headers from the manifest alone, bytes as they decode. */
final class FileSender implements Closeable {
  static final HttpString REPO_COMMIT = new HttpString("X-Repo-Commit");

  private final Catalog catalog;
  private final PackSource packs;
  private final ChunkCache cache;
  private final Decoders decoders;
  private final Pieces pieces;
  private final int maxAhead;

  FileSender(Catalog catalog, PackSource packs, Limits limits) {
    this.catalog = catalog;
    this.packs = packs;
    cache = new ChunkCache(limits.cacheBytes());
    decoders = new Decoders(limits.decoders());
    pieces = new Pieces(decoders, limits.aheadBytes());
    maxAhead = limits.decoders() + 2;
  }

  ChunkCache cache() {
    return cache;
  }

  Pieces pieces() {
    return pieces;
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
    exchange.setResponseContentLength(range.length());
    boolean head = exchange.getRequestMethod().equals(Methods.HEAD);
    if (head || range.length() == 0) {
      tellRange(exchange, range, file);
      return 0;
    }
    try (OpenFile open = open(snapshot, file);
        Transfer transfer = new Transfer(open, range, pieces, decoders, maxAhead)) {
      // The first slice is decoded before the status is sent: damage there is still a clean 500.
      transfer.next();
      tellRange(exchange, range, file);
      OutputStream out = exchange.getOutputStream();
      do {
        out.write(transfer.bytes(), transfer.offset(), transfer.length());
      } while (transfer.next());
      out.flush();
    }
    return range.length();
  }

  private static void tellRange(HttpServerExchange exchange, ByteRange range, FileEntry file) {
    if (range.partial()) {
      long last = range.from() + range.length() - 1;
      exchange.setStatusCode(StatusCodes.PARTIAL_CONTENT);
      exchange
          .getResponseHeaders()
          .put(
              Headers.CONTENT_RANGE, "bytes " + range.from() + "-" + last + "/" + file.sizeBytes());
    }
  }

  private OpenFile open(Snapshot snapshot, FileEntry file) {
    return new OpenFile(
        file,
        packs,
        cache,
        () ->
            catalog
                .findNow(snapshot.model(), snapshot.commit())
                .map(now -> now.files().get(file.path()))
                .orElse(null));
  }

  @Override
  public void close() {
    decoders.close();
  }
}
