"""Reads packs of one file, and single frames. Written from codec/FORMAT.md alone.

    zpk_reader.py PACK OUT
    zpk_reader.py --frames LIST        one frame a line: FRAME RAW_LENGTH OUT [BASE]
"""

import hashlib
import json
import struct
import sys

import numpy as np
import zstandard

from zpk_frames import decoder, inflate, require

WIDTHS = [1, 8, 4, 2, 2, 1, 1, 8, 4, 2, 1, 8, 4, 2, 1, 1, 8, 1, 1, 1, 1, 1, 1, 16]
HEAD, TAIL = b"\x89ZPK\r\n\x1a\n", b"\x89ZPE\r\n\x1a\n"


def _crc_tables():
    """Eight tables, so that the slow loop goes eight bytes a step."""
    first = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        first = (first >> 1) ^ np.where(first & 1, np.uint32(0x82F63B78), np.uint32(0))
    tables = [first]
    for _ in range(7):
        tables.append((tables[-1] >> 8) ^ first[tables[-1] & 255])
    return [table.tolist() for table in tables]


CRC = _crc_tables()


def crc(*parts):
    data = b"".join(parts)
    value = 0xFFFFFFFF
    t0, t1, t2, t3, t4, t5, t6, t7 = CRC
    even = len(data) & ~7
    for low, high in struct.iter_unpack("<II", data[:even]):
        low ^= value
        value = (t7[low & 255] ^ t6[low >> 8 & 255] ^ t5[low >> 16 & 255] ^ t4[low >> 24]
                 ^ t3[high & 255] ^ t2[high >> 8 & 255] ^ t1[high >> 16 & 255] ^ t0[high >> 24])
    for byte in data[even:]:
        value = value >> 8 ^ t0[(value ^ byte) & 255]
    return value ^ 0xFFFFFFFF


class Rows:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        require(self.at + count <= len(self.data), "footer cut short")
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self):
        return self.take(1)[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
            require(shift < 63, "varint too long")


def read_footer(pack):
    """Checks header, trailer and footer; returns frame rows and the stored manifest."""
    require(len(pack) >= 60 and pack[:8] == HEAD and pack[-8:] == TAIL, "not a pack")
    require(struct.unpack_from("<HHI", pack, 8) == (1, 0, crc(pack[:12])), "header")
    trailer = pack[-44:]
    at, stored, raw, footer_sum, manifest_bytes, manifest_sum, version, reserved, total = struct.unpack_from(
        "<QIIIIIHHI", trailer)
    require(total == crc(trailer[:32]) and (version, reserved) == (1, 0), "trailer")
    require(at + stored + 44 == len(pack) and 16 + manifest_bytes <= at, "trailer's offsets")
    require(raw <= min(1 << 28, 256 * stored + (1 << 20)), "footer's length")
    footer, manifest = pack[at : at + stored], pack[at - manifest_bytes : at]
    require(crc(footer) == footer_sum and crc(manifest) == manifest_sum, "footer or manifest")
    rows, frames, offset = Rows(inflate(footer, raw)), [], 16
    for _ in range(rows.varint()):
        length, raw_length, dtype, flags = rows.varint(), rows.varint(), rows.byte(), rows.byte()
        require(flags <= 1, "flags of a frame")
        bases = [rows.take(32) for _ in range(rows.varint())] if flags else []
        chunks, end = [], 0
        for _ in range(rows.varint()):
            chunks.append((rows.take(32), end, rows.varint()))
            end += chunks[-1][2]
        require(end == raw_length, "chunks do not fill their frame")
        frames.append((offset, length, raw_length, dtype, chunks))
        offset += length
    require(offset == at - manifest_bytes and rows.at == len(rows.data), "frames do not fill the pack")
    return frames, manifest


def decode_frame(frame, raw_length, base=None):
    require(len(frame) >= 20, "frame too short")
    kind, flags, dtype, log2, raw = struct.unpack_from("<BBBBI", frame)
    require(raw == raw_length and 16 <= log2 <= 24 and flags <= 1 and dtype < len(WIDTHS), "head of a frame")
    width = WIDTHS[dtype]
    block_bytes = width << log2
    blocks = -(-raw // block_bytes)
    count = blocks + flags
    end = 8 + 8 * count
    require(end + 4 <= len(frame) and crc(frame[:end]) == struct.unpack_from("<I", frame, end)[0], "sum of a head")
    rows = list(struct.iter_unpack("<II", frame[8:end]))
    at, shared = end + 4, b""
    if flags:
        length, total = rows.pop(0)
        shared = frame[at : at + length]
        require(crc(shared) == total, "shared bytes")
        at += length
    out, blocks_of = [], None
    step = 4 if dtype == 16 else 8 if dtype == 23 else width  # complex numbers are two elements
    for index, (length, total) in enumerate(rows):
        size = min(block_bytes, raw - index * block_bytes)
        body = frame[at : at + length]
        require(1 <= length <= size and len(body) == length, "length of a body")
        if length < size and blocks_of is None:
            blocks_of = decoder(kind, dtype, width, raw, shared, base)
        block = body if length == size else blocks_of.block(index * block_bytes // step, size, body)
        require(len(block) == size and crc(body, block) == total, "sum of a block")
        out.append(block)
        at += length
    require(at == len(frame), "frame goes on")
    return b"".join(out)


def unpack(pack):
    frames, stored = read_footer(pack)
    require(stored, "the pack carries no manifest")
    size = zstandard.frame_content_size(stored)
    require(0 < size <= 1 << 28, "manifest's size")
    manifest = json.loads(inflate(stored, size))
    require((manifest["format"], manifest["version"]) == ("zoopress-manifest", 1), "manifest's version")
    require(len(manifest["files"]) == 1, "one file")
    decoded = {}
    for offset, length, raw, _, chunks in frames:
        data = decode_frame(pack[offset : offset + length], raw)
        for chunk, at, size in chunks:
            require(hashlib.sha256(data[at : at + size]).digest() == chunk, "chunk's id")
        decoded[offset] = data
    file, out = manifest["files"][0], []
    for segment in file["segments"]:
        for chunk_id, length, index, offset, _, _, at in segment["chunks"]:
            require(manifest["packs"][index] == "0" * 64, "another pack")
            out.append(decoded[offset][at : at + length])
            require(hashlib.sha256(out[-1]).hexdigest() == chunk_id, "chunk's id")
    data = b"".join(out)
    require(len(data) == file["size"] and hashlib.sha256(data).hexdigest() == file["sha256"], "the file's SHA-256")
    return data


def read(path):
    with open(path, "rb") as source:
        return source.read()


def write(path, data):
    with open(path, "wb") as target:
        target.write(data)


def main(arguments):
    if arguments[0] != "--frames":
        write(arguments[1], unpack(read(arguments[0])))
        return
    for line in read(arguments[1]).decode().splitlines():
        frame, raw_length, out, *base = line.split()
        write(out, decode_frame(read(frame), int(raw_length), read(base[0]) if base else None))


if __name__ == "__main__":
    main(sys.argv[1:])
