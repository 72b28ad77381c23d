package dev.zoopress.codec.pack;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;

/** Unpacks one file: threads decode stretches of whole chunks, this one writes them in order. */
final class FileUnpacker implements Closeable {
  private static final int CACHE_BYTES = 32 << 20;

  private static final class Stretch {
    private byte[] bytes = {};
    private int length;
  }

  private final FileEntry file;
  private final OutputStream out;
  private final LongConsumer progress;
  private final MessageDigest sha256 = Digests.sha256();
  private final StoredFile stored;
  private final Ordered<Stretch> decoders;
  private final ArrayDeque<Stretch> free = new ArrayDeque<>();
  private long written;

  FileUnpacker(
      ByteSource pack, FileEntry file, OutputStream out, int threads, LongConsumer progress) {
    this.file = file;
    this.out = out;
    this.progress = progress;
    this.stored = new StoredFile(file, id -> unclosed(pack), new ChunkCache(CACHE_BYTES));
    this.decoders = new Ordered<>(threads, this::write);
  }

  /** The pack stays its owner's. */
  private static ByteSource unclosed(ByteSource pack) {
    return new ByteSource() {
      @Override
      public String name() {
        return pack.name();
      }

      @Override
      public long size() {
        return pack.size();
      }

      @Override
      public void readFully(long positionBytes, byte[] target, int offset, int length)
          throws IOException {
        pack.readFully(positionBytes, target, offset, length);
      }
    };
  }

  void unpack() throws IOException {
    long start = 0;
    long end = 0;
    for (SegmentEntry segment : file.segments()) {
      for (ChunkEntry chunk : segment.chunks()) {
        if (end + chunk.lengthBytes() - start > Chunker.CHUNK_BYTES) {
          submit(start, (int) (end - start));
          start = end;
        }
        end += chunk.lengthBytes();
      }
    }
    if (end > start) {
      submit(start, (int) (end - start));
    }
    decoders.drain();
    String found = Digests.hex(sha256);
    if (!found.equals(file.sha256())) {
      throw new IntegrityException(file.path() + ": SHA-256", file.sha256(), found);
    }
  }

  private void submit(long position, int length) throws IOException {
    decoders.awaitRoom();
    Stretch stretch = free.isEmpty() ? new Stretch() : free.pop();
    if (stretch.bytes.length < length) {
      stretch.bytes = new byte[length];
    }
    stretch.length = length;
    decoders.submit(
        () -> {
          stored.readFully(position, stretch.bytes, 0, length);
          return stretch;
        });
  }

  private void write(Stretch stretch) throws IOException {
    Digests.update(sha256, stretch.bytes, 0, stretch.length);
    out.write(stretch.bytes, 0, stretch.length);
    written += stretch.length;
    progress.accept(written);
    free.push(stretch);
  }

  @Override
  public void close() throws IOException {
    decoders.close();
    stored.close();
  }
}
