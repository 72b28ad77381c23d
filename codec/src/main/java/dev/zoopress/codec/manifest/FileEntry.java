package dev.zoopress.codec.manifest;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * One file of a model.
 *
 * @param path relative, '/'-separated, never leaving the model's folder
 * @param sha256 of the whole file, 64 hex digits
 * @param gitSha1 of the file as a git blob, 40 hex digits; empty where it was not computed
 * @param lfs whether a hub keeps the file as LFS object: its ETag is then the SHA-256, else the git
 *     SHA-1
 * @param linkTarget text of the symbolic link that the file was in its source; empty for a regular
 *     file
 * @param format the container that was recognised
 * @param segments in file order, without gaps; their lengths add up to {@code sizeBytes}, or, for a
 *     folded file, to the size of what it holds
 */
public record FileEntry(
    String path,
    long sizeBytes,
    String sha256,
    String gitSha1,
    boolean lfs,
    String linkTarget,
    String format,
    List<SegmentEntry> segments)
    implements Serializable {
  /** What the format of a folded file starts with. */
  public static final String FOLDED = "zipnn+";

  public FileEntry {
    Objects.requireNonNull(path);
    Objects.requireNonNull(sha256);
    Objects.requireNonNull(gitSha1);
    Objects.requireNonNull(linkTarget);
    Objects.requireNonNull(format);
    segments = List.copyOf(segments);
  }

  /** Whether the segments are what the file, of ZipNN's, holds, and the file is made of them. */
  public boolean isFolded() {
    return format.startsWith(FOLDED);
  }
}
