/**
 * The pack: an immutable object of many frames and an index of them, version 1.
 *
 * <p>All integers are little-endian; {@code varint} is unsigned LEB128 of at most 63 bits in its
 * shortest form; crc is CRC-32C. Frames follow each other without gaps, and so do the chunks of a
 * frame, so offsets need not be written.
 *
 * <pre>
 * Pack       --&gt; Header, Frame*, [Manifest], Footer, Trailer
 * Header     --&gt; 89 'Z' 'P' 'K' 0D 0A 1A 0A, u16 version = 1, u16 requiredFeatures = 0, u32 crc(the 12 bytes before)
 * Frame      --&gt; see package dev.zoopress.codec.frame
 * Manifest   --&gt; see package dev.zoopress.codec.manifest; only in packs that stand alone
 * Footer     --&gt; one Zstandard frame of: varint frameCount, FrameRow^frameCount
 * FrameRow   --&gt; varint storedBytes, varint rawBytes, u8 dtype, u8 flags,
 *                [varint baseCount, Id^baseCount] if flags bit 0, varint chunkCount, ChunkRow^chunkCount
 * ChunkRow   --&gt; Id, varint lengthBytes
 * Id         --&gt; u8[32], SHA-256 of the chunk's raw bytes
 * Trailer    --&gt; u64 footerOffset, u32 footerStoredBytes, u32 footerRawBytes, u32 crc(Footer as stored),
 *                u32 manifestBytes (0 without one), u32 crc(Manifest as stored), u16 version, u16 reserved = 0,
 *                u32 crc(the 32 bytes before), 89 'Z' 'P' 'E' 0D 0A 1A 0A
 * </pre>
 *
 * The manifest ends where the footer starts. A reader refuses versions, features and flags that it
 * does not know. A pack is named by the SHA-256 of all its bytes.
 */
package dev.zoopress.codec.pack;
