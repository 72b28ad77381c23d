/**
 * Lossless compression of model weights: bytes in, bytes out.
 *
 * <p>Start with {@link dev.zoopress.codec.pack.FilePack}: one file into a pack, back again, and
 * tensors read from it. {@link dev.zoopress.codec.format.FileFormats} says what a file is made of;
 * {@link dev.zoopress.codec.pack.PackWriter}, {@link dev.zoopress.codec.pack.PackReader} and {@link
 * dev.zoopress.codec.pack.StoredFile} are what stores of many files are built from. The bytes of a
 * pack are described in FORMAT.md.
 *
 * <p>Errors: {@link dev.zoopress.codec.MalformedInputException} (the model's file breaks its
 * format's rules), {@link dev.zoopress.codec.CorruptContainerException} (a pack is damaged), {@link
 * dev.zoopress.codec.UnsupportedVersionException} (a later version wrote it) and {@link
 * dev.zoopress.codec.IntegrityException} (decoded bytes are not those that were packed) are all
 * {@link java.io.IOException}s. Nothing else escapes from bad input.
 */
package dev.zoopress.codec;
