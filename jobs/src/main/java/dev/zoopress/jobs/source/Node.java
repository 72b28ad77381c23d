package dev.zoopress.jobs.source;

import java.util.Objects;

/**
 * One entry of a directory.
 *
 * @param path relative to the source's root, with {@code /} between names
 * @param linkText a link's text; empty for other kinds
 */
record Node(String path, Kind kind, Stamp stamp, String linkText) {
  enum Kind {
    FILE,
    DIRECTORY,
    LINK,
    SPECIAL
  }

  private static final Stamp NONE = new Stamp(0, 0, "");

  Node {
    Objects.requireNonNull(path);
    Objects.requireNonNull(kind);
    Objects.requireNonNull(stamp);
    Objects.requireNonNull(linkText);
  }

  static Node directory(String path) {
    return new Node(path, Kind.DIRECTORY, NONE, "");
  }

  static Node link(String path, String text) {
    return new Node(path, Kind.LINK, NONE, text);
  }

  static Node special(String path) {
    return new Node(path, Kind.SPECIAL, NONE, "");
  }

  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
