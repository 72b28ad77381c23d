/**
 * One frame in, its encoded form out, and back; a slice touches only the blocks it needs.
 *
 * <h2>Grammar of a frame, version 1</h2>
 *
 * All integers are unsigned and little-endian; {@code u24} is three bytes.
 *
 * <pre>
 * Frame     --&gt; Head Shared? Body^blocks
 * Head      --&gt; kind u8, flags u8, dtype u8, log2 u8, rawLength u32, SharedRow?, BlockRow^blocks, headSum u32
 * SharedRow --&gt; length u32, sum u32          present when flags bit 0 is set; all other flags are 0
 * BlockRow  --&gt; length u32, sum u32
 * </pre>
 *
 * <ul>
 *   <li>kind: how bodies are coded, see {@link dev.zoopress.codec.frame.FrameKind}.
 *   <li>dtype: {@link dev.zoopress.codec.tensor.DType#code()}; its element width in bytes ({@code
 *       w}, 1 for types below a byte) sets the block size: {@code w << log2} bytes.
 *   <li>log2: 16 to 24. blocks = ceil(rawLength / block size); only the last block is shorter.
 *   <li>rawLength: 1 to 2^24 bytes.
 *   <li>length: stored bytes. A body as long as its raw block <em>is</em> the raw block; otherwise
 *       it is shorter and coded as the frame's kind says.
 *   <li>sum of a shared row: CRC-32C of the shared bytes. Sum of a block row: CRC-32C of the stored
 *       body followed by the raw bytes of the block; so no flip goes unseen, and neither does a
 *       decoder that goes wrong. headSum: CRC-32C of the head before it.
 * </ul>
 *
 * <p>Kinds:
 *
 * <ul>
 *   <li>0 RAW: every body is the raw block. No shared bytes.
 *   <li>1 CONSTANT: one block (log2 is 24); the body is one element, repeated. Raw length is a
 *       multiple of its width.
 *   <li>2 GROUPED: see {@link dev.zoopress.codec.plane}.
 *   <li>3 CONTEXT: see {@code dev.zoopress.codec.entropy}.
 *   <li>16 and above: kinds that decode against a base.
 * </ul>
 *
 * <p>Example: three BF16 elements {@code 1234 1234 1234} (hex words) as a CONSTANT frame:
 *
 * <pre>
 * 01 00 03 18  06 00 00 00  02 00 00 00  b6 2f 1c e5  0a f2 98 c6  34 12
 * </pre>
 */
package dev.zoopress.codec.frame;
