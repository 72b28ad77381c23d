package dev.zoopress.jobs.serve;

import dev.zoopress.codec.pack.PackSource;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.GracefulShutdownHandler;
import io.undertow.server.handlers.RequestLimit;
import io.undertow.server.handlers.RequestLimitingHandler;
import java.io.Closeable;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import org.xnio.Options;

/**
 * A read-only Hugging Face Hub endpoint. Requests beyond the limit wait in a bounded queue, then
 * get 503. What it takes at most: {@link Limits#boundBytes}.
 */
public final class HubServer implements Closeable {
  private static final int QUEUED_REQUESTS = 1024;
  private static final long STOP_MILLIS = 20_000;

  private final Undertow server;
  private final GracefulShutdownHandler running;
  private final FileSender files;

  /**
   * Where and to whom to serve.
   *
   * @param host loopback unless a token or a proxy in front guards it
   * @param port 0 picks a free one
   * @param token what clients must send as bearer token; empty: none
   * @param tls null for plain HTTP
   */
  public record Address(String host, int port, String token, SSLContext tls) {}

  /** Starts to serve. */
  HubServer(Address address, Limits limits, Catalog catalog, PackSource packs) {
    files = new FileSender(catalog, packs, limits);
    RequestLimit limit = new RequestLimit(limits.workers(), QUEUED_REQUESTS);
    HubHandler handler =
        new HubHandler(
            new HubRoutes(catalog, files),
            new HomePage(catalog),
            new HubMetrics(files, limits),
            address.token());
    HttpHandler limited = new RequestLimitingHandler(limit, new BlockingHandler(handler));
    running = new GracefulShutdownHandler(exchange -> dispatch(exchange, limited));
    int stall = Math.toIntExact(limits.stall().toMillis());
    Undertow.Builder builder =
        Undertow.builder()
            .setIoThreads(Math.max(2, Runtime.getRuntime().availableProcessors()))
            .setWorkerThreads(limits.workers())
            // Routes are told apart on the raw path: an escaped slash is not a separator of theirs.
            .setServerOption(UndertowOptions.DECODE_URL, false)
            .setServerOption(UndertowOptions.ALLOW_ENCODED_SLASH, true)
            .setServerOption(UndertowOptions.ENABLE_HTTP2, false)
            // Who sends or takes nothing for so long gives its place to others.
            .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, stall)
            .setSocketOption(Options.READ_TIMEOUT, stall)
            .setSocketOption(Options.WRITE_TIMEOUT, stall)
            .setHandler(running);
    if (address.tls() == null) {
      builder.addHttpListener(address.port(), address.host());
    } else {
      builder.addHttpsListener(address.port(), address.host(), address.tls());
    }
    server = builder.build();
    server.start();
  }

  /** The port that is served. */
  public int port() {
    return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
  }

  private static void dispatch(HttpServerExchange exchange, HttpHandler limited) throws Exception {
    if (exchange.getRequestPath().equals("/healthz")) {
      HubHandler.health(exchange);
    } else {
      limited.handleRequest(exchange);
    }
  }

  /** Refuses new requests, lets transfers end for up to 20 s, then stops. */
  @Override
  public void close() {
    running.shutdown();
    try {
      running.awaitShutdown(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.stop();
    files.close();
  }
}
