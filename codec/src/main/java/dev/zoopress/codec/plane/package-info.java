/**
 * Bit and byte grouping of elements, and the Huffman, constant and raw coding of the groups: the
 * frame kind GROUPED.
 *
 * <h2>Grammar of a GROUPED frame's bodies</h2>
 *
 * Integers are little-endian. {@code w} is the width of a number in bytes: that of the element
 * type, but 4 for C64 and 8 for C128; {@code n} is the count of numbers in the block, rounded down
 * to a multiple of 64; the rest is the tail.
 *
 * <pre>
 * Body (w = 1) --&gt; 0 u8, Tagged                                   all bytes of the block
 * Body (w > 1) --&gt; mode u8, Joint?, tag u8^w, Direct*, Coded*, Escapes?, tail
 * Joint        --&gt; base u16, escapeCount u24
 * Escapes      --&gt; Tagged Tagged                                  low bytes, high bytes of the words
 * Tagged       --&gt; tag u8, plane
 * </pre>
 *
 * <ul>
 *   <li>A number is its {@code w - 2} low bytes and a 16-bit word, its two highest bytes. Planes,
 *       in this order: each low byte, lowest first; the words' low parts; the words' symbols.
 *   <li>tag: 0 verbatim, n bytes; 1 constant, one byte; 2 zstd, its length as u24 and a zstd frame;
 *       3 packed, for the words' low parts in joint layouts only, n / 64 * 40 bytes. Verbatim (but
 *       not that of the symbols) and packed planes stand first, in their order (Direct), then all
 *       others (Coded).
 *   <li>mode bits 0 to 3, how words are split: 0 high and low byte; 1 bits 7 to 14 as the symbol,
 *       sign and bits 0 to 6 as the low part; 2 joint; 3 joint with sign. Joint and Escapes are
 *       present for 2 and 3; {@link dev.zoopress.codec.plane.JointWords} tells how they work. base
 *       is at most 0x7000.
 *   <li>mode bit 4: words were scaled (w = 2, and the frame has shared bytes). Other bits are 0.
 *   <li>Order in the planes of words: groups of eight numbers stand as 0 4 1 5 2 6 3 7. For w = 4,
 *       the words are brought into the order 0 2 1 3 within each four first, and the planes of low
 *       bytes have the same order as those of the words. For w = 8 the low bytes' planes keep the
 *       numbers' order.
 * </ul>
 *
 * <h2>Shared bytes: scales</h2>
 *
 * <pre>
 * Shared --&gt; columns u32, firstColumn u32, rowMin i16, columnMin i16, stepLog2 u8, Tagged^2
 * </pre>
 *
 * The two planes hold a byte for each row that the frame touches, then one for each column. A word
 * in row r, column c was stored with the magnitude {@code magnitude + 0x4000 - (rowMin + row[r] <<
 * stepLog2) - (columnMin + column[c] << stepLog2)} modulo 2^15, and its own sign; {@code +} binds
 * first.
 */
package dev.zoopress.codec.plane;
