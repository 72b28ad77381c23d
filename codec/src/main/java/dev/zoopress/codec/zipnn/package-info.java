/**
 * Reads and writes the files of ZipNN 0.5, which this project has no part in.
 *
 * <p>A file is one or more segments; a segment is a 32-byte header, for tensors a shape, then a
 * body of chunks whose bytes are grouped by position inside the element, each group raw or
 * Huff0-coded. All integers are little-endian. Nothing in the format carries a checksum: what
 * decodes is not thereby right, and callers that can compare must.
 *
 * <pre>
 * Segment      --&gt; Header, [Shape], TypeByte^(G*C), u64 RunningTotal^(G*C), Payload*
 * Header       --&gt; 'Z' 'N', u8 version[3], u8 byteReorder, u8 bitReorder, u8 method, u8 format, u8 delta, u8 lossy[3],
 *                  u8 streaming, u8 log2Chunk, u8 dtype, u64 rawLength, u64 segmentLength
 * Shape        --&gt; u8 rank, (u8 width, u[width] dimension)^rank          (formats 2 and 3 only)
 * </pre>
 *
 * {@link dev.zoopress.codec.zipnn.UnfoldedSource} shows a file as what it holds, {@link
 * dev.zoopress.codec.zipnn.FoldedSource} makes the file of that again.
 *
 * <p>G is the number of byte groups (4, 2 or 1), C the number of chunks; tables and payloads are
 * group-major.
 */
package dev.zoopress.codec.zipnn;
