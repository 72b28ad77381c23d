package dev.zoopress.jobs.serve;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request: who may ask, who answers, what errors look like, and a line in the access log. */
final class HubHandler implements HttpHandler {
  private static final Logger ACCESS = LoggerFactory.getLogger("dev.zoopress.access");
  private static final HttpString ERROR_CODE = new HttpString("X-Error-Code");
  private static final HttpString ERROR_MESSAGE = new HttpString("X-Error-Message");

  private final HubRoutes routes;
  private final HomePage home;
  private final HubMetrics metrics;
  private final byte[] token;

  HubHandler(HubRoutes routes, HomePage home, HubMetrics metrics, String token) {
    this.routes = Objects.requireNonNull(routes);
    this.home = home;
    this.metrics = metrics;
    this.token = token.getBytes(StandardCharsets.UTF_8);
  }

  /** {@code /healthz}: answered without a token and without waiting for a free worker. */
  static void health(HttpServerExchange exchange) {
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
    exchange.getResponseSender().send("ok\n");
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
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
      log(exchange, sent, System.nanoTime() - start);
    }
  }

  private static void log(HttpServerExchange exchange, long sent, long nanos) {
    if (!ACCESS.isInfoEnabled()) {
      return;
    }
    String query = exchange.getQueryString();
    ACCESS.info(
        "{} \"{} {}{}\" {} {} {} ms \"{}\" \"{}\"",
        exchange.getSourceAddress().getAddress().getHostAddress(),
        exchange.getRequestMethod(),
        printable(exchange.getRequestPath()),
        query.isEmpty() ? "" : printable("?" + query),
        exchange.getStatusCode(),
        sent,
        nanos / 1_000_000,
        printable(header(exchange, Headers.RANGE)),
        printable(header(exchange, Headers.USER_AGENT)));
  }

  private static String header(HttpServerExchange exchange, HttpString name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  private long route(HttpServerExchange exchange) throws IOException, HubError {
    String path = exchange.getRequestPath();
    authorize(exchange);
    if (path.equals("/metrics")) {
      sendText(exchange, metrics.text());
      return 0;
    }
    HttpString method = exchange.getRequestMethod();
    if (!method.equals(Methods.GET)
        && !method.equals(Methods.HEAD)
        && !method.equals(Methods.POST)) {
      throw HubError.badRequest("this server is read-only: " + method + " is not answered");
    }
    if (home.answers(exchange)) {
      return 0;
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
}
