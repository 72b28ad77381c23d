"""Decodes the bodies of frames of every kind. Written from codec/FORMAT.md alone, for clearness and not for speed."""

import struct

import numpy as np
import zstandard

GROUP = np.array([0, 4, 1, 5, 2, 6, 3, 7])  # which element of its group of eight stands at a position
F64, F32, BF16, F16, C64, C128 = 1, 2, 3, 4, 16, 23
E5M2 = (6, 19)


class Damaged(Exception):
    pass


def require(condition, what):
    if not condition:
        raise Damaged(what)


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        require(0 <= count <= len(self.data) - self.at, "cut short")
        self.at += count
        return self.data[self.at - count : self.at]

    def u8(self):
        return self.take(1)[0]

    def u16(self):
        return int.from_bytes(self.take(2), "little")

    def u24(self):
        return int.from_bytes(self.take(3), "little")

    def end(self):
        require(self.at == len(self.data), "goes on behind its end")


def inflate(data, size):
    out = zstandard.ZstdDecompressor().decompress(data, max_output_size=size)
    require(len(out) == size, "decompressed length")
    return out


# ---- GROUPED


def plane(cursor, tag, count):
    if tag == 0:
        data = cursor.take(count)
    elif tag == 1:
        data = cursor.take(1) * count
    else:
        require(tag == 2, "tag of a plane")
        data = inflate(cursor.take(cursor.u24()), count)
    return np.frombuffer(data, np.uint8)


def tagged(cursor, count):
    return plane(cursor, cursor.u8(), count)


def unpacked(data):
    """Packed low fields: 40 bytes hold 16 longs of four lanes of five bits each."""
    longs = np.frombuffer(data, "<u2").reshape(-1, 5, 4).astype(np.uint16)
    fields = np.zeros((len(longs), 16, 4), np.uint16)
    for k in range(5):
        for j in range(3):
            fields[:, 3 * k + j] = longs[:, k] >> 5 * j & 31
        fields[:, 15] |= (longs[:, k] >> 15) << k
    # Two longs are a group of eight elements: lanes 0 to 3 are elements 0 to 3, then 4 to 7.
    return fields.reshape(-1, 8)[:, GROUP].reshape(-1)


class Grouped:
    def __init__(self, dtype, width, raw_length, shared):
        self.width = {C64: 4, C128: 8}.get(dtype, width)
        self.scales = None
        if shared:
            require(self.width == 2, "scales")
            cursor = Cursor(shared)
            columns, first, row_min, column_min, step = struct.unpack("<IIhhB", cursor.take(13))
            require(1 <= columns <= 1 << 17 and first < columns and step <= 15, "grid")
            rows = -(-(first + raw_length // 2) // columns)
            require(rows <= 1 << 17, "rows")
            row, column = tagged(cursor, rows).astype(np.int64), tagged(cursor, columns).astype(np.int64)
            cursor.end()
            self.scales = columns, first, (row_min + row) << step, (column_min + column) << step

    def block(self, first, size, body):
        cursor, width = Cursor(body), self.width
        mode = cursor.u8()
        if width == 1:
            require(mode == 0, "mode")
            out = tagged(cursor, size).tobytes()
            cursor.end()
            return out
        count = size // width & -64
        layout, scaled = mode & 15, mode >> 4
        require(layout <= 3 and scaled <= (self.scales is not None) and count > 0 and size % width == 0, "mode")
        base, escapes = (cursor.u16(), cursor.u24()) if layout > 1 else (0, 0)
        require(base <= 0x7000 and escapes <= count, "joint")
        tags, planes = cursor.take(width), {}
        for p in range(width - 1):
            if tags[p] == 0:
                planes[p] = np.frombuffer(cursor.take(count), np.uint8)
            elif tags[p] == 3:
                require(layout > 1 and p == width - 2, "packed")
                planes[p] = unpacked(cursor.take(count // 64 * 40))
        for p in range(width):
            if p not in planes:
                planes[p] = plane(cursor, tags[p], count)
        symbol, low = planes[width - 1].astype(np.uint16), planes[width - 2].astype(np.uint16)
        if layout == 0:
            words = symbol << 8 | low
        elif layout == 1:
            words = symbol << 7 | low & 127 | (low & 128) << 8
        else:
            listed = tagged(cursor, escapes).astype(np.uint16)
            listed = listed | tagged(cursor, escapes).astype(np.uint16) << 8
            if layout == 2:
                words = base + (symbol << 4 | low & 15) | (low >> 4 & 1) << 15
            else:
                words = base + ((symbol & 127) << 5 | low & 31) | (symbol >> 7) << 15
            require(np.count_nonzero(symbol == 0) == escapes, "escapes")
            words = words.astype(np.uint16)
            words[symbol == 0] = listed
        words = self.natural(words)
        if scaled:
            words = self.unscaled(words, first)
        if width == 4:  # the words of a group of four were moved before all else
            words = words.reshape(-1, 4)[:, [0, 2, 1, 3]].reshape(-1)
        out = np.zeros((count, width), np.uint8)
        out[:, width - 2 :] = words.astype("<u2").view(np.uint8).reshape(-1, 2)
        for p in range(width - 2):
            out[:, p] = self.natural(planes[p]).reshape(-1, 4)[:, [0, 2, 1, 3]].reshape(-1) if width == 4 else planes[p]
        tail = cursor.take(size - count * width)
        cursor.end()
        return out.tobytes() + tail

    @staticmethod
    def natural(values):
        out = np.empty((len(values) // 8, 8), values.dtype)
        out[:, GROUP] = values.reshape(-1, 8)
        return out.reshape(-1)

    def unscaled(self, words, first):
        columns, first_column, row, column = self.scales
        at = first_column + first + np.arange(len(words))
        moved = (words & 0x7FFF).astype(np.int64) - 0x4000 + row[at // columns] + column[at % columns]
        return (moved & 0x7FFF | words & 0x8000).astype(np.uint16)


# ---- range coder and tables


class Range:
    def __init__(self, data):
        self.data, self.at, self.range, self.code = data, 0, 0xFFFFFFFF, 0
        for _ in range(4):
            self.code = self.code << 8 | self.next()

    def next(self):
        self.at += 1
        return self.data[self.at - 1] if self.at <= len(self.data) else 0

    def refill(self):
        while self.range < 1 << 24:
            self.range = self.range << 8 & 0xFFFFFFFF
            self.code = (self.code << 8 | self.next()) & 0xFFFFFFFF

    def bit(self, models, index):
        p = models[index]
        bound = (self.range >> 11) * p
        if self.code < bound:
            self.range, models[index], bit = bound, p + (2048 - p >> 4), 0
        else:
            self.code, self.range, models[index], bit = self.code - bound, self.range - bound, p - (p >> 4), 1
        self.refill()
        return bit

    def direct(self, bits):
        value = 0
        for _ in range(bits):
            self.range >>= 1
            bit = int(self.code >= self.range)
            self.code -= self.range * bit
            value = value << 1 | bit
            self.refill()
        return value

    def tree(self, models, bits):
        node = 1
        for _ in range(bits):
            node = node << 1 | self.bit(models, node)
        return node - (1 << bits)

    def number(self, models):
        bits = self.tree(models, 5)
        return 0 if bits == 0 else 1 << bits - 1 | self.direct(bits - 1)


def models(count):
    return [1024] * count


class Tables:
    """Symbol tables of some contexts, ready to decode."""

    def __init__(self, source, contexts):
        self.log, precision, self.escape = source.direct(4), source.direct(3), source.direct(9)
        require(8 <= self.log <= 12 and self.escape <= 256, "tables")
        zero, near, far = models(6), [models(32) for _ in range(3)], models(32)
        codes, self.slots = [], []
        for c in range(contexts):
            kind = source.direct(3)
            require(kind < (7 if c else 2), "reference")
            mine = []
            codes.append(mine)
            for s in range(256):
                reference, previous = self.reference(codes, c, s, kind), mine[-1] if s else 0
                group = 0 if reference is None else 1 if reference == 0 else 2
                code = 0
                if source.bit(zero, 2 * group + (previous != 0)):
                    folded = source.tree(near[group], 5)
                    if folded == 31:
                        folded += source.number(far)
                    code = (-(folded + 1) // 2 if folded & 1 else folded // 2) + (reference or previous)
                    require(1 <= code <= 15 << precision, "weight")
                mine.append(code)
            require(any(mine), "empty table")
            self.slots.append(self.spread(self.frequencies(mine, precision)))

    @staticmethod
    def reference(codes, c, s, kind):
        if kind == 0:
            return None
        if kind == 1:
            return codes[c][s - 128] if s >= 128 else None
        if kind <= 4:
            return codes[c - 1][s - (kind - 2)] if s >= kind - 2 else 0
        back = 2 if kind == 5 else 4
        return codes[c - back][s] if c >= back else None

    def frequencies(self, codes, precision):
        size = 1 << self.log
        weights = [((1 << precision) + (k - 1) % (1 << precision)) << (k - 1 >> precision) if k else 0 for k in codes]
        total = sum(weights)
        out = [max(1, (w * size + (total >> 1)) // total) if w else 0 for w in weights]
        while sum(out) != size:
            most = out.index(max(out))
            left = size - sum(out)
            out[most] += left if left > 0 else -min(-left, (out[most] + 3) // 4)
        return out

    def spread(self, frequencies):
        size, at = 1 << self.log, 0
        symbols = [0] * size
        for s, frequency in enumerate(frequencies):
            for _ in range(frequency):
                symbols[at] = s
                at = (at + size // 2 + size // 8 + 3) % size
        seen, slots = list(frequencies), []
        for s in symbols:
            bits = self.log - (seen[s].bit_length() - 1)
            slots.append((s, bits, (seen[s] << bits) - size))
            seen[s] += 1
        return slots


class Backwards:
    def __init__(self, data, rest):
        require((rest == 0 or len(data) > 0) and rest < 8, "rest")
        self.value, self.left = int.from_bytes(data, "little"), 8 * len(data) - (8 - rest if rest else 0)

    def next(self, bits):
        self.left -= bits
        require(self.left >= 0, "symbol stream cut short")
        return self.value >> self.left & (1 << bits) - 1


def ans(cursor, tables, contexts):
    """The symbols of a stream; contexts has one entry for each, a multiple of 8 of them."""
    states = list(struct.unpack("<8H", cursor.take(16)))
    rest, a, b = cursor.u8(), cursor.u24(), cursor.u24()
    streams = Backwards(cursor.take(a), rest & 15), Backwards(cursor.take(b), rest >> 4)
    require(max(states) < 1 << tables.log, "states")
    out = bytearray(len(contexts))
    for i, context in enumerate(contexts):
        lane = i & 7
        out[i], bits, base = tables.slots[context][states[lane]]
        states[lane] = base + streams[lane >> 2].next(bits)
    require(not any(states) and not streams[0].left and not streams[1].left, "symbol stream goes on")
    return np.frombuffer(bytes(out), np.uint8).copy()


def escapes(cursor, table):
    count = cursor.u24()
    if table is None or count < 48:
        return np.frombuffer(cursor.take(count), np.uint8)
    return ans(cursor, table, bytes(count + 7 & ~7))[:count]


def exceptions(cursor, width):
    at, out = -1, []
    for _ in range(cursor.u24()):
        gap = shift = 0
        while True:
            byte = cursor.u8()
            gap |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        at += gap + 1
        out.append((at, cursor.take(width)))
    return out


def symbols_of(cursor, tables, escape_table, contexts, flags):
    """Symbols with their escapes in place, and the exceptions' place in the body."""
    symbols = ans(cursor, tables, contexts)
    listed = escapes(cursor, escape_table) if flags & 1 else np.zeros(0, np.uint8)
    require(np.count_nonzero(symbols == tables.escape) == len(listed), "escapes")
    symbols[symbols == tables.escape] = listed
    return symbols


def patched(out, listed, width):
    data = bytearray(out)
    for at, element in listed:
        require((at + 1) * width <= len(data), "exception")
        data[at * width : (at + 1) * width] = element
    return bytes(data)


def terms(source, count):
    least = source.direct(16)
    tree, least = models(256), least - 65536 if least >= 32768 else least
    return np.array([least + source.tree(tree, 8) for _ in range(count)], np.int64)


def grid(source, count):
    columns, first = source.direct(24), source.direct(24)
    require(1 <= columns <= count and first < columns, "grid")
    at = first + np.arange(count)
    rows = terms(source, int(at[-1]) // columns + 1)
    return rows[at // columns], terms(source, columns), at % columns


def padded(values):
    return np.concatenate([values, np.zeros(-len(values) % 8, values.dtype)])


# ---- CONTEXT

#           element bytes, coded bytes, byte planes
ELEMENTS = [(1, 1, 0), (2, 2, 0), (4, 2, 2), (4, 2, 0), (8, 2, 6), (2, 1, 1), (4, 1, 3), (8, 1, 7)]
MANTISSA = [7, 10, 4]


def byte_plane(cursor, count, depth=0):
    mode = cursor.u8()
    if mode == 0:
        return np.frombuffer(cursor.take(count), np.uint8)
    if mode == 1:
        return np.frombuffer(cursor.take(1) * count, np.uint8)
    if mode == 2:
        return ans(cursor, Tables(Range(cursor.take(cursor.u16())), 1), bytes(count + 7 & ~7))[:count]
    require(mode == 3 and depth < 5 and count >= 16, "plane")
    half = count // 2 + 7 & ~7
    return np.concatenate([byte_plane(cursor, half, depth + 1), byte_plane(cursor, count - half, depth + 1)])


class Context:
    def __init__(self, dtype, width, raw_length, shared):
        source = Range(shared)
        code, layout, self.sign_in_symbol, model = source.direct(4), source.direct(2), source.direct(1), source.direct(2)
        require(code < 8 and layout < 3 and model < 3, "plan")
        self.code = code
        self.element_bytes, self.coded, self.planes = ELEMENTS[code]
        require(width // self.element_bytes in (1, 2) and width % self.element_bytes == 0, "elements")
        require(raw_length % width == 0, "frame's length")
        count = raw_length // self.element_bytes
        self.mantissa = MANTISSA[layout] if self.coded == 2 else 2 if dtype in E5M2 else 3
        self.raw_bits = self.mantissa - 2 if self.coded == 2 else 0
        addend = source.direct(15) if model < 2 else 0
        self.addends = np.full(count, addend, np.int64)
        self.flips, self.contexts, contexts = np.zeros(count, np.int64), np.zeros(count, np.int64), 1
        if model > 0:
            row, column, at = grid(source, count)
            z = row + column[at]
        if model == 1:
            classes = 1 + source.direct(2)
            signs = np.zeros(len(column), np.int64)
            if classes > 1:
                tree = models(8)
                signs = np.array([source.tree(tree, 3) for _ in column], np.int64)
            require(int(signs.max()) // 2 < classes, "sign class")
            self.addends -= (z >> 2) << self.mantissa
            self.flips = signs[at] & 1
            self.contexts, contexts = 4 * (signs[at] >> 1) + (z & 3), 4 * classes
        elif model == 2:
            require(self.coded == 1 and int(row.min()) >= 0 and int(row.max()) < 16, "levels")
            self.contexts, contexts = np.clip(z, 0, 15), 16
        self.tables = Tables(source, contexts)
        self.escapes = Tables(source, 1) if source.direct(1) else None

    def block(self, first, size, body):
        cursor, count = Cursor(body), size // self.element_bytes
        flags, full = cursor.u8(), count + 7 & ~7
        require(flags < 8 and size % self.element_bytes == 0, "flags")
        mine = slice(first, first + count)
        contexts = padded(self.contexts[mine])
        if self.coded == 2:
            contexts = contexts.reshape(-1, 8)[:, GROUP].reshape(-1)
        symbols = symbols_of(cursor, self.tables, self.escapes, contexts.tolist(), flags)
        listed = exceptions(cursor, self.element_bytes) if flags & 2 else []
        raw = np.zeros(full, np.int64)
        if self.coded == 2:
            raw = byte_plane(cursor, full).astype(np.int64) if flags & 4 else self.unpack(cursor, full)
            symbols, raw = Grouped.natural(symbols), Grouped.natural(raw)
        planes = [byte_plane(cursor, count) for _ in range(self.planes)]
        cursor.end()
        out = self.elements(symbols[:count].astype(np.int64), raw[:count], mine)
        if self.code == 3:
            data = widened(out)
        else:
            data = np.empty((count, self.element_bytes), np.uint8)
            data[:, self.planes :] = out.astype(f"<u{self.coded}").view(np.uint8).reshape(-1, self.coded)
            for p, values in enumerate(planes):
                data[:, p] = values
        return patched(data.tobytes(), listed, self.element_bytes)

    def unpack(self, cursor, full):
        out = []
        for _ in range(full // 8):
            value = int.from_bytes(cursor.take(self.raw_bits), "little")
            out += [value >> k * self.raw_bits & (1 << self.raw_bits) - 1 for k in range(8)]
        return np.array(out, np.int64)

    def elements(self, y, w, mine):
        bits, r = (15, self.raw_bits) if self.coded == 2 else (7, 0)
        if self.sign_in_symbol or self.coded == 1:
            sign, t = y >> 7, (y & 127) << r | w
        else:
            sign, t = w & 1, (y << r | w) >> 1
        magnitude = np.where(t == 0, 0, (t - self.addends[mine]) & (1 << bits) - 1)
        return (sign ^ self.flips[mine]) << bits | magnitude


def widened(halves):
    """F16, none of them infinite or NaN, as F32."""
    sign, exponent, mantissa = halves >> 15 << 31, halves >> 10 & 31, halves & 1023
    tiny = (mantissa * 2.0**-24).astype(np.float32).view(np.uint32).astype(np.int64)
    return (sign | np.where(exponent > 0, exponent + 112 << 23 | mantissa << 13, tiny)).astype("<u4")


# ---- DELTA and XOR

#           bytes, mantissa bits
DOMAINS = [(1, 0), (1, 3), (2, 7), (2, 10), (4, 10), (4, 23)]


def ordered(domain, data):
    width = DOMAINS[domain][0]
    values = np.frombuffer(data, f"<u{width}").astype(np.int64)
    if domain == 0:
        return values - ((values & 128) << 1)
    if domain == 4:
        exponent, sign = (values >> 23 & 255) - 112, values >> 16 & 0x8000
        tiny = (values & 0x7FFFFFFF).astype(np.uint32).view(np.float32).astype(np.float64)
        small = np.trunc(np.where(exponent > 0, 0, tiny) * 2.0**24).astype(np.int64)
        large = np.where(exponent >= 31, 0, exponent << 10 | values >> 13 & 1023)
        values, width = sign | np.where(exponent > 0, large, small), 2
    bits = 8 * width - 1
    magnitude = values & (1 << bits) - 1
    return np.where(values >> bits, -1 - magnitude, magnitude)


def unordered(domain, values):
    width = DOMAINS[domain][0]
    if domain == 0:
        return (values & 255).astype(np.uint8)
    bits = 15 if domain == 4 else 8 * width - 1
    values = (values + (1 << bits)) % (1 << bits + 1) - (1 << bits)
    out = np.where(values < 0, 1 << bits | -1 - values, values)
    return widened(out) if domain == 4 else out.astype(f"<u{width}")


class Delta:
    def __init__(self, dtype, width, raw_length, shared, base):
        source = Range(shared)
        self.domain, self.step = source.direct(4), source.direct(3)
        require(self.domain < 6 and self.step in (0, 1, 4), "domain")
        self.width, mantissa = DOMAINS[self.domain]
        require(self.width == width and (self.step == 0) == (width == 1), "domain")
        self.base = ordered(self.domain, base)
        magnitude = np.where(self.base < 0, -1 - self.base, self.base)
        exponent = np.maximum(1, magnitude >> mantissa)
        if self.step == 0:
            self.contexts, contexts = (self.base if self.domain == 0 else magnitude) >> (4 if self.domain == 0 else 3) & 15, 16
        elif self.step == 1:
            self.contexts, contexts = np.clip(source.direct(16) - exponent, 0, 63), 64
        else:
            row, column, at = grid(source, len(self.base))
            self.contexts, contexts = np.clip(row + column[at] - 4 * exponent, 0, 63), 64
        tree = models(32)
        self.low = np.array([source.tree(tree, 5) for _ in range(contexts)], np.int64)
        self.tables = Tables(source, contexts)
        self.escapes = Tables(source, 1) if source.direct(1) else None

    def block(self, first, size, body):
        cursor, count = Cursor(body), size // self.width
        flags, mine = cursor.u8(), slice(first, first + count)
        require(flags < 4, "flags")
        contexts = self.contexts[mine]
        symbols = symbols_of(cursor, self.tables, self.escapes, padded(contexts).tolist(), flags)[:count].astype(np.int64)
        listed = exceptions(cursor, self.width) if flags & 2 else []
        length = cursor.u24()
        bits = np.unpackbits(np.frombuffer(cursor.take(length), np.uint8), bitorder="little")
        cursor.end()
        low, at = np.zeros(count, np.int64), 0
        for i, n in enumerate(self.low[contexts].tolist()):
            low[i] = int(sum(int(bit) << k for k, bit in enumerate(bits[at : at + n])))
            at += n
        require(at <= len(bits) < at + 8, "raw bits")
        values = self.base[mine] + (((symbols - 128) << self.low[contexts]) | low)
        return patched(unordered(self.domain, values).tobytes(), listed, self.width)


class Xor(Grouped):
    def __init__(self, dtype, width, raw_length, shared, base):
        super().__init__(dtype, width, raw_length, shared)
        self.base = base

    def block(self, first, size, body):
        at = first * self.width
        mixed = np.frombuffer(super().block(first, size, body), np.uint8)
        return (mixed ^ np.frombuffer(self.base[at : at + size], np.uint8)).tobytes()


class Constant:
    def __init__(self, dtype, width, raw_length, shared):
        require(not shared, "shared bytes")
        self.width = width

    def block(self, first, size, body):
        require(len(body) == self.width and size % self.width == 0, "constant")
        return body * (size // self.width)


def decoder(kind, dtype, width, raw_length, shared, base):
    """What decodes blocks of the frame: block(first element, bytes, body)."""
    if kind in (16, 17):
        require(base is not None and len(base) == raw_length, "a base is needed")
        return {16: Delta, 17: Xor}[kind](dtype, width, raw_length, shared, base)
    require(kind in (1, 2, 3), f"kind {kind} is not known here")
    return {1: Constant, 2: Grouped, 3: Context}[kind](dtype, width, raw_length, shared)
