package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import java.io.Closeable;
import java.io.IOException;

/** Decodes the chunks of one segment, in any order; holds buffers for one. Not thread-safe. */
final class ChunkReader implements Closeable {
  private final ByteSource source;
  private final ZipnnHeader header;
  private final GroupTable table;
  private final Huff0Decoder huffman = new Huff0Decoder();
  private final byte[] group = new byte[Huff0Decoder.MAX_RAW_BYTES];
  private byte[] payload = new byte[Huff0Decoder.MAX_RAW_BYTES];

  /** Reads the tables of the segment that starts at {@code offset}. */
  ChunkReader(ByteSource source, ZipnnHeader header, long offset) throws IOException {
    this.source = source;
    this.header = header;
    this.table = GroupTable.read(source, header, offset);
  }

  /** Fills {@code chunk} from its start with the bytes of chunk {@code c}, a delta's as it is. */
  void read(long c, byte[] chunk) throws IOException {
    int length = header.chunkLength(c);
    for (int g = 0; g < header.groups(); g++) {
      readGroup(g, c, header.groupLength(g, length), chunk);
    }
    if (header.rotated()) {
      BitRotation.inverse(chunk, length, header.groups());
    }
  }

  private void readGroup(int g, long c, int raw, byte[] chunk) throws IOException {
    long at = table.payloadOffset(g, c);
    int stored = table.storedBytes(g, c, raw);
    if (payload.length < stored) {
      payload = new byte[stored];
    }
    source.readFully(at, payload, 0, stored);
    if (table.isRaw(g, c) || (stored == raw && raw > 1)) {
      if (stored != raw) {
        throw new MalformedInputException(
            source.name(), at, "raw group of " + stored + " bytes, expected " + raw);
      }
      scatter(payload, g, raw, chunk);
    } else if (stored == 1) {
      for (int i = 0, to = g; i < raw; i++, to += header.groups()) {
        chunk[to] = payload[0];
      }
    } else {
      String problem = stored == 0 ? "empty group" : huffman.decode(payload, 0, stored, group, raw);
      if (problem != null) {
        throw new MalformedInputException(source.name(), at, problem);
      }
      scatter(group, g, raw, chunk);
    }
  }

  private void scatter(byte[] bytes, int g, int count, byte[] chunk) {
    int groups = header.groups();
    for (int i = 0, to = g; i < count; i++, to += groups) {
      chunk[to] = bytes[i];
    }
  }

  @Override
  public void close() {
    huffman.close();
  }
}
