package dev.zoopress.jobs.faults;

/** What can go wrong between a client and an S3 server. */
public enum Fault {
  /** The answer comes late. */
  LATENCY,
  /** 503 SlowDown: refused before anything was done. */
  SLOW_DOWN,
  /** 500 InternalError: refused before anything was done. */
  SERVER_ERROR,
  /** The connection is reset before the server saw the request. */
  RESET,
  /** The connection is reset in the middle of an upload; the server gets half of it. */
  CUT_UPLOAD,
  /** One bit of an upload changes on its way. */
  WRONG_UPLOAD,
  /** The body of an answer ends in its middle. */
  CUT_ANSWER,
  /** One bit of an object that is read changes on its way. */
  WRONG_ANSWER,
  /** The server did it, and the answer is lost. */
  LOST_ANSWER,
  /**
   * A conditional write is done, its answer lost, and the repetition by the network refused: 412.
   */
  TAKEN,
  /** 409 ConditionalRequestConflict: another conditional write for the key is under way. */
  CONFLICT,
  /** 400 ExpiredToken. */
  EXPIRED,
  /** 507: the server's disk is full. */
  FULL;

  /** Whether it stays until somebody does something. */
  boolean lasts() {
    return this == EXPIRED || this == FULL;
  }

  /** Whether a request can meet this fault. */
  boolean fits(HttpHead request) {
    String method = request.method();
    boolean writes = method.equals("PUT") || method.equals("POST");
    return switch (this) {
      case LATENCY, SLOW_DOWN, SERVER_ERROR, RESET, EXPIRED -> true;
      case CUT_UPLOAD, WRONG_UPLOAD -> method.equals("PUT") && request.bodyBytes() > 1;
      case CUT_ANSWER -> method.equals("GET");
      case WRONG_ANSWER -> method.equals("GET") && !request.target().contains("?");
      case LOST_ANSWER -> writes || method.equals("DELETE");
      case TAKEN, CONFLICT -> writes && request.header("if-none-match") != null;
      case FULL -> writes && !request.target().contains("delete");
    };
  }
}
