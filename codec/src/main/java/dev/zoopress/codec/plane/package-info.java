/**
 * Bit and byte grouping of elements, and the Huffman, constant and raw coding of the groups: the
 * frame kind GROUPED.
 */
package dev.zoopress.codec.plane;
