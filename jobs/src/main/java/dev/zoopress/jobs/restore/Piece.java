package dev.zoopress.jobs.restore;

import java.io.Serializable;
import java.util.Base64;

/**
 * Consecutive files of a revision, or a range of one large file; what one task does in one go.
 *
 * @param manifest id of the revision's manifest
 * @param firstFile index of the first file in the manifest
 * @param endFile index after the last
 * @param fromBytes first byte of the range
 * @param toBytes end of the range
 * @param partBytes size of an upload's parts, of which the range starts at a multiple; else 0
 * @param upload handle of the upload that the range belongs to, in base 64; else empty
 * @param bytes what there is to do
 */
record Piece(
    Kind kind,
    StoredRevision revision,
    int firstFile,
    int endFile,
    long fromBytes,
    long toBytes,
    int partBytes,
    String upload,
    long bytes)
    implements Serializable {

  /** What is done. */
  enum Kind {
    /** Whole files. */
    FILES,
    /** A range of a large file. */
    RANGE,
    /** The SHA-256 of a large file, computed beside its upload. */
    HASH,
    /** An unfinished large file is read again, checked and given its name. */
    FINISH
  }

  static Piece files(StoredRevision revision, int first, int end, long bytes) {
    return new Piece(Kind.FILES, revision, first, end, 0, 0, 0, "", bytes);
  }

  static Piece of(Kind kind, StoredRevision revision, int file, long bytes) {
    return new Piece(kind, revision, file, file + 1, 0, bytes, 0, "", bytes);
  }

  Piece range(long from, long to) {
    return new Piece(
        Kind.RANGE, revision, firstFile, endFile, from, to, partBytes, upload, to - from);
  }

  Piece uploading(byte[] handle, int eachPartBytes) {
    String text = Base64.getEncoder().encodeToString(handle);
    return new Piece(
        kind, revision, firstFile, endFile, fromBytes, toBytes, eachPartBytes, text, bytes);
  }

  byte[] uploadHandle() {
    return Base64.getDecoder().decode(upload);
  }

  /** What the large file is called while it is unfinished, and in reports between tasks. */
  String largeName() {
    return revision.manifest() + "-" + firstFile;
  }
}
