package dev.zoopress.codec.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes archives the way {@code torch.save} does: stored entries, data aligned to 64 bytes. */
final class ZipWriter {
  private record Entry(String name, int method, int size, long offset) {}

  private final Bytes out = new Bytes();
  private final List<Entry> entries = new ArrayList<>();
  private final boolean isZip64;

  ZipWriter(boolean isZip64) {
    this.isZip64 = isZip64;
  }

  ZipWriter entry(String name, byte[] data) {
    return entry(name, 0, data);
  }

  ZipWriter entry(String name, int method, byte[] data) {
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    entries.add(new Entry(name, method, data.length, out.size()));
    int padding = 64 - (out.size() + 30 + nameBytes.length + 4) % 64;
    out.u32(0x04034b50L).u16(0).u16(0).u16(method).u32(0).u32(0).u32(data.length).u32(data.length);
    out.u16(nameBytes.length).u16(4 + padding).raw(nameBytes);
    out.u16(0x4246).u16(padding).zeros(padding).raw(data);
    return this;
  }

  byte[] done() {
    long start = out.size();
    for (Entry entry : entries) {
      byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
      long size = isZip64 ? 0xffffffffL : entry.size();
      out.u32(0x02014b50L).u16(0).u16(0).u16(0).u16(entry.method()).u32(0).u32(0);
      out.u32(size).u32(size).u16(name.length).u16(isZip64 ? 32 : 0).u16(0).u16(0).u16(0).u32(0);
      out.u32(isZip64 ? 0xffffffffL : entry.offset()).raw(name);
      if (isZip64) {
        out.u16(0x7075).u16(0).u16(1).u16(24);
        out.u64(entry.size()).u64(entry.size()).u64(entry.offset());
      }
    }
    long length = out.size() - start;
    if (isZip64) {
      long end64 = out.size();
      out.u32(0x06064b50L).u64(44).u16(45).u16(45).u32(0).u32(0);
      out.u64(entries.size()).u64(entries.size()).u64(length).u64(start);
      out.u32(0x07064b50L).u32(0).u64(end64).u32(1);
    }
    out.u32(0x06054b50L).u16(0).u16(0);
    out.u16(isZip64 ? 0xffff : entries.size()).u16(isZip64 ? 0xffff : entries.size());
    out.u32(isZip64 ? 0xffffffffL : length).u32(isZip64 ? 0xffffffffL : start).u16(0);
    return out.done();
  }
}
