package dev.zoopress.jobs.serve;

import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.PackSource;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.GracefulShutdownHandler;
import io.undertow.server.handlers.RequestLimitingHandler;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A read-only Hugging Face Hub endpoint. Requests beyond the limit wait in a bounded queue, then
 * get 503; every transfer holds one slice of 1 MiB, so memory is workers x (1 MiB + a decoder's 17
 * MiB) + the cache.
 */
public final class HubServer implements Closeable {
  private static final Logger ACCESS = LoggerFactory.getLogger("dev.zoopress.access");
  private static final HttpString ERROR_CODE = new HttpString("X-Error-Code");
  private static final HttpString ERROR_MESSAGE = new HttpString("X-Error-Message");
  private static final int QUEUED_REQUESTS = 1024;
  private static final long STOP_MILLIS = 20_000;

  private final Undertow server;
  private final GracefulShutdownHandler running;
  private final HubMetrics metrics = new HubMetrics();
  private final HubRoutes routes;
  private final HttpHandler home;
  private final ChunkCache cache;
  private final byte[] token;

  /**
   * Where and how to serve.
   *
   * @param host loopback unless a token or a proxy in front guards it
   * @param port 0 picks a free one
   * @param workers requests answered at a time
   * @param token what clients must send as bearer token; empty: none
   * @param tls null for plain HTTP
   */
  public record Options(String host, int port, int workers, String token, SSLContext tls) {}

  /** Starts to serve. */
  HubServer(
      Options options, Catalog catalog, PackSource packs, ChunkCache cache, HttpHandler home) {
    this.cache = Objects.requireNonNull(cache);
    this.home = home;
    token = options.token().getBytes(StandardCharsets.UTF_8);
    routes = new HubRoutes(catalog, new FileSender(packs, cache));
    running =
        new GracefulShutdownHandler(
            new RequestLimitingHandler(
                options.workers(), QUEUED_REQUESTS, new BlockingHandler(this::answer)));
    Undertow.Builder builder =
        Undertow.builder()
            .setIoThreads(Math.max(2, Runtime.getRuntime().availableProcessors()))
            .setWorkerThreads(options.workers())
            // Routes are told apart on the raw path: an escaped slash is not a separator of theirs.
            .setServerOption(UndertowOptions.DECODE_URL, false)
            .setServerOption(UndertowOptions.ALLOW_ENCODED_SLASH, true)
            .setServerOption(UndertowOptions.ENABLE_HTTP2, false)
            .setHandler(running);
    if (options.tls() == null) {
      builder.addHttpListener(options.port(), options.host());
    } else {
      builder.addHttpsListener(options.port(), options.host(), options.tls());
    }
    server = builder.build();
    server.start();
  }

  /** The port that is served. */
  public int port() {
    return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
  }

  private void answer(HttpServerExchange exchange) {
    long start = System.nanoTime();
    long sent = 0;
    metrics.started();
    try {
      sent = route(exchange);
    } catch (HubError e) {
      sendError(exchange, e.status(), e.code(), e.getMessage(), e.commit());
    } catch (IOException | RuntimeException e) {
      metrics.brokenOff();
      if (exchange.isResponseStarted()) {
        // The length was promised: only a cut connection tells the client that bytes are missing.
        closeConnection(exchange);
      } else {
        sendError(exchange, 500, "InternalError", String.valueOf(e.getMessage()), null);
      }
      ACCESS.warn(
          "{} {}: {}",
          exchange.getRequestMethod(),
          printable(exchange.getRequestPath()),
          printable(e.toString()));
    } finally {
      metrics.finished(exchange.getStatusCode(), sent, System.nanoTime() - start);
      ACCESS.info(
          "{} {} {} {} {} ms",
          exchange.getRequestMethod(),
          printable(exchange.getRequestPath()),
          exchange.getStatusCode(),
          sent,
          (System.nanoTime() - start) / 1_000_000);
    }
  }

  private long route(HttpServerExchange exchange) throws IOException, HubError {
    String path = exchange.getRequestPath();
    if (path.equals("/healthz")) {
      sendText(exchange, "ok\n");
      return 0;
    }
    authorize(exchange);
    if (path.equals("/metrics")) {
      sendText(exchange, metrics.text(cache));
      return 0;
    }
    if (path.equals("/")) {
      try {
        home.handleRequest(exchange);
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
      return 0;
    }
    HttpString method = exchange.getRequestMethod();
    if (!method.equals(Methods.GET)
        && !method.equals(Methods.HEAD)
        && !method.equals(Methods.POST)) {
      throw HubError.badRequest("this server is read-only: " + method + " is not answered");
    }
    return routes.handle(exchange);
  }

  private void authorize(HttpServerExchange exchange) throws HubError {
    if (token.length == 0) {
      return;
    }
    String header = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
    byte[] given =
        header != null && header.startsWith("Bearer ")
            ? header.substring(7).getBytes(StandardCharsets.UTF_8)
            : new byte[0];
    if (!MessageDigest.isEqual(given, token)) {
      throw HubError.unauthorized();
    }
  }

  private static void sendText(HttpServerExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange
        .getResponseHeaders()
        .put(Headers.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    exchange.setResponseContentLength(body.length);
    if (!exchange.getRequestMethod().equals(Methods.HEAD)) {
      exchange.getOutputStream().write(body);
    }
  }

  private static void sendError(
      HttpServerExchange exchange, int status, String code, String message, String commit) {
    String safe = printable(message);
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(ERROR_CODE, code);
    exchange.getResponseHeaders().put(ERROR_MESSAGE, safe);
    if (commit != null) {
      exchange.getResponseHeaders().put(FileSender.REPO_COMMIT, commit);
    }
    String quoted = safe.replace("\\", "\\\\").replace("\"", "\\\"");
    byte[] body = ("{\"error\":\"" + quoted + "\"}").getBytes(StandardCharsets.US_ASCII);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
    exchange.setResponseContentLength(body.length);
    if (!exchange.getRequestMethod().equals(Methods.HEAD)) {
      try {
        exchange.getOutputStream().write(body);
      } catch (IOException e) {
        closeConnection(exchange);
      }
    }
  }

  private static void closeConnection(HttpServerExchange exchange) {
    try {
      exchange.getConnection().close();
    } catch (IOException e) {
      ACCESS.debug("closing a connection", e);
    }
  }

  /** Header values and log lines are one line of ASCII, whatever a client sent. */
  private static String printable(String text) {
    String line = text.replaceAll("[^\\x20-\\x7e]", "?");
    return line.length() <= 500 ? line : line.substring(0, 500) + "...";
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
  }
}
