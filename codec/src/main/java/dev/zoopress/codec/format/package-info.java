/**
 * Turns files into gap-free segments: one per tensor, opaque bytes between. Start with {@link
 * dev.zoopress.codec.format.FileFormats}.
 *
 * <p>The same tensor in any container has the same type and the same bytes in one segment that
 * begins with it, so its chunks are the same. Parsers read headers only, never tensor data, and
 * never change what is stored: a parser that errs costs compression, not bytes. That is why each of
 * them gives up on the first doubt: a file that breaks its container's rules is opaque as a whole,
 * and a tensor whose type and length disagree is opaque where it lies.
 *
 * <p>All input is hostile here. Every length and offset is checked before it is used, nesting and
 * counts are limited, and memory stays within a small multiple of the header, 128 MiB of
 * descriptions at most. Pickles are described, never executed.
 */
package dev.zoopress.codec.format;
