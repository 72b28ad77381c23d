package dev.zoopress.codec.zipnn;

/**
 * A stretch of a file that holds ZipNN segments, and of what it becomes unfolded.
 *
 * @param head header, shape and tables of a segment; null for bytes that stand as they are
 * @param fileOffset where it starts in the file
 * @param fileBytes its length there
 * @param contentOffset where its raw bytes start in the unfolded content
 * @param contentBytes their length
 */
record Stretch(
    SegmentHead head, long fileOffset, long fileBytes, long contentOffset, long contentBytes) {}
