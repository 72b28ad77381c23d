package dev.zoopress.jobs.faults;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands in front of an S3 server on this machine and lets requests and answers fail as a {@link
 * FaultPlan} says. Heads and bodies pass as they are, so that signatures hold; one connection to
 * the server per request.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int LARGEST_DELAY_MILLIS = 800;
  private static final int BUFFER = 64 << 10;

  private final InetSocketAddress server;
  private final ServerSocket listener;
  private final FaultLog log = new FaultLog();
  private final Random random = new Random(1);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile FaultPlan plan = FaultPlan.NONE;

  /** Listens on a free port of loopback. */
  public FaultProxy(String endpoint) throws IOException {
    URI uri = URI.create(endpoint);
    this.server = new InetSocketAddress(uri.getHost(), uri.getPort());
    this.listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
    start("accept", this::accept);
  }

  public String endpoint() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  public FaultLog log() {
    return log;
  }

  /** From now on. */
  public void follow(FaultPlan next) {
    plan = Objects.requireNonNull(next);
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, "fault-proxy-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        start("client", () -> serve(client));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      client.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(client.getInputStream(), BUFFER);
      OutputStream out = new BufferedOutputStream(client.getOutputStream(), BUFFER);
      for (HttpHead request = HttpHead.read(in); request != null; request = HttpHead.read(in)) {
        log.seen(request);
        Fault fault = plan.next(request);
        if (fault != null) {
          log.injected(fault, request);
        }
        if (!answer(request, fault, in, out)) {
          // A reset, not an orderly end.
          client.setSoLinger(true, 0);
          return;
        }
      }
    } catch (IOException e) {
      // One side hung up: the other gets the same.
      return;
    } finally {
      open.remove(client);
    }
  }

  /** False if the connection must be reset. */
  private boolean answer(HttpHead request, Fault fault, InputStream in, OutputStream out)
      throws IOException {
    if (fault == null) {
      return forward(request, null, in, out);
    }
    switch (fault) {
      case RESET:
        return false;
      case SLOW_DOWN:
        return refuse(request, 503, "SlowDown", "Please reduce your request rate.", in, out);
      case SERVER_ERROR:
        return refuse(request, 500, "InternalError", "We encountered an internal error.", in, out);
      case CONFLICT:
        return refuse(request, 409, "ConditionalRequestConflict", "A conflict.", in, out);
      case EXPIRED:
        return refuse(request, 400, "ExpiredToken", "The provided token has expired.", in, out);
      case FULL:
        return refuse(request, 507, "XMinioStorageFull", "Storage backend is full.", in, out);
      case LATENCY:
        pause(random.nextInt(LARGEST_DELAY_MILLIS));
        return forward(request, null, in, out);
      default:
        return forward(request, fault, in, out);
    }
  }

  private static void pause(int millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** Answers in the server's place; the body of the request is read and thrown away. */
  private boolean refuse(
      HttpHead request, int status, String code, String message, InputStream in, OutputStream out)
      throws IOException {
    takeBody(request, null, in, out, OutputStream.nullOutputStream());
    byte[] body =
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message>"
                    .formatted(code, message)
                + "<RequestId>F</RequestId></Error>")
            .getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 %d %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n"
            .formatted(status, code, body.length);
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    if (!request.method().equals("HEAD")) {
      out.write(body);
    }
    out.flush();
    return true;
  }

  private boolean forward(HttpHead request, Fault fault, InputStream in, OutputStream out)
      throws IOException {
    try (Socket up = new Socket(server.getAddress(), server.getPort())) {
      up.setTcpNoDelay(true);
      OutputStream to = new BufferedOutputStream(up.getOutputStream(), BUFFER);
      to.write(request.bytes("close"));
      if (!takeBody(request, fault, in, out, to)) {
        up.setSoLinger(true, 0);
        return false;
      }
      to.flush();
      InputStream from = new BufferedInputStream(up.getInputStream(), BUFFER);
      HttpHead answer = HttpHead.read(from);
      while (answer != null && answer.status() < 200) {
        answer = HttpHead.read(from);
      }
      if (answer == null) {
        throw new EOFException("the server gave no answer");
      }
      if (fault == Fault.LOST_ANSWER) {
        return false;
      }
      if (fault == Fault.TAKEN && answer.status() < 300) {
        from.transferTo(OutputStream.nullOutputStream());
        HttpHead bodiless = new HttpHead(request.lines().subList(0, 1));
        return refuse(bodiless, 412, "PreconditionFailed", "A precondition failed.", in, out);
      }
      return give(request, fault, answer, from, out);
    }
  }

  /** Passes the request's body on; false if it was cut. */
  private boolean takeBody(
      HttpHead request, Fault fault, InputStream in, OutputStream out, OutputStream to)
      throws IOException {
    if (request.header("expect") != null) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }
    if (request.header("transfer-encoding") != null) {
      throw new IOException("chunked uploads are not known here");
    }
    long length = Math.max(0, request.bodyBytes());
    if (fault == Fault.CUT_UPLOAD) {
      copy(in, to, length / 2, -1);
      to.flush();
      return false;
    }
    copy(in, to, length, fault == Fault.WRONG_UPLOAD ? within(length) : -1);
    return true;
  }

  private boolean give(
      HttpHead request, Fault fault, HttpHead answer, InputStream from, OutputStream out)
      throws IOException {
    out.write(answer.bytes("keep-alive"));
    long length = answer.bodyBytes();
    boolean bodiless =
        request.method().equals("HEAD") || answer.status() == 204 || answer.status() == 304;
    boolean whole = true;
    if (!bodiless && length >= 0) {
      whole = fault != Fault.CUT_ANSWER;
      boolean wrong = fault == Fault.WRONG_ANSWER && answer.status() < 300 && length > 0;
      copy(from, out, whole ? length : length / 2, wrong ? within(length) : -1);
    } else if (!bodiless) {
      // Chunked: its own frames say where it ends.
      from.transferTo(out);
    }
    out.flush();
    return whole;
  }

  private long within(long length) {
    synchronized (random) {
      return random.nextLong(Math.max(1, length));
    }
  }

  /** Copies so many bytes; in the byte at {@code flipAt}, if there is one, a bit is turned. */
  private static void copy(InputStream in, OutputStream out, long length, long flipAt)
      throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (long at = 0; at < length; ) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, length - at));
      if (n < 0) {
        throw new EOFException("ends within a body");
      }
      if (flipAt >= at && flipAt < at + n) {
        buffer[(int) (flipAt - at)] ^= 4;
      }
      out.write(buffer, 0, n);
      at += n;
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
