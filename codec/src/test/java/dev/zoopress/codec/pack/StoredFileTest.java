package dev.zoopress.codec.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.manifest.FileEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading by many threads, in pieces, and from the cache alone. */
final class StoredFileTest {
  private final byte[] file = new byte[(5 << 20) + 4321];
  private final AtomicInteger reads = new AtomicInteger();
  private byte[] pack;
  private FileEntry entry;

  @BeforeEach
  void make() throws Exception {
    new Random(3).nextBytes(file);
    pack = PackSamples.pack("a.bin", file, Effort.FAST, 1);
    entry = FilePack.info(PackSamples.source("pack", pack)).file();
  }

  private StoredFile open(ChunkCache cache) {
    return new StoredFile(entry, id -> counted(PackSamples.source("pack", pack)), cache);
  }

  private ByteSource counted(ByteSource source) {
    return new ByteSource() {
      @Override
      public String name() {
        return source.name();
      }

      @Override
      public long size() {
        return source.size();
      }

      @Override
      public void readFully(long positionBytes, byte[] target, int offset, int length)
          throws IOException {
        reads.incrementAndGet();
        source.readFully(positionBytes, target, offset, length);
      }
    };
  }

  @Test
  void cutsMakeUpTheFileAndNoPieceIsTooLong() throws Exception {
    byte[] mixed = PackSamples.mixed(12);
    byte[] mixedPack = PackSamples.pack("a.safetensors", mixed, Effort.FAST, 1);
    FileEntry mixedEntry = FilePack.info(PackSamples.source("pack", mixedPack)).file();
    try (StoredFile stored =
            new StoredFile(
                mixedEntry, id -> PackSamples.source("pack", mixedPack), new ChunkCache(1 << 22));
        StoredFile large = open(new ChunkCache(0))) {
      checkCuts(stored, mixed, 1 << 20);
      checkCuts(large, file, 2 << 20);
      checkCuts(large, file, 4 << 20);
      // A large chunk is cut at multiples of the pieces: blocks are not decoded twice.
      assertThat(large.cuts(2 << 20)).containsExactly(2 << 20, 4 << 20, file.length);
      assertThatThrownBy(() -> large.cuts(1000)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static void checkCuts(StoredFile stored, byte[] bytes, int most) throws IOException {
    long start = 0;
    for (long cut : stored.cuts(most)) {
      assertThat(cut - start).isPositive().isLessThanOrEqualTo(most);
      byte[] piece = new byte[(int) (cut - start)];
      stored.readFully(start, piece, 0, piece.length);
      assertThat(Arrays.equals(piece, 0, piece.length, bytes, (int) start, (int) cut)).isTrue();
      start = cut;
    }
    assertThat(start).isEqualTo(stored.size());
  }

  @Test
  void theCacheAloneAnswersWhatItHolds() throws Exception {
    ChunkCache cache = new ChunkCache(4 << 20);
    byte[] target = new byte[1000];
    try (StoredFile stored = open(cache)) {
      assertThat(stored.readCached(500, target, 0, 1000)).isFalse();
      stored.readFully(500, target, 0, 1000);
      int before = reads.get();
      byte[] again = new byte[1000];
      assertThat(stored.readCached(500, again, 0, 1000)).isTrue();
      assertThat(again).isEqualTo(target);
      // Over the edge of what is there.
      assertThat(stored.readCached((1 << 20) - 10, again, 0, 20)).isFalse();
      assertThat(reads.get()).isEqualTo(before);
    }
  }

  @Test
  void ofManyThatWantAWindowOneDecodesIt() throws Exception {
    try (StoredFile alone = open(new ChunkCache(0))) {
      alone.readFully(7, new byte[10], 0, 10);
    }
    int once = reads.getAndSet(0);
    int threads = 16;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (StoredFile stored = open(new ChunkCache(4 << 20))) {
      CountDownLatch go = new CountDownLatch(1);
      List<Future<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        answers.add(
            pool.submit(
                () -> {
                  byte[] target = new byte[100];
                  go.await();
                  stored.readFully(12345, target, 0, 100);
                  return target;
                }));
      }
      go.countDown();
      for (Future<byte[]> answer : answers) {
        assertThat(answer.get()).isEqualTo(Arrays.copyOfRange(file, 12345, 12445));
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(reads.get()).isEqualTo(once);
  }

  @Test
  void whoWaitsForOneThatFailsTriesItself() throws Exception {
    ChunkCache cache = new ChunkCache(1 << 20);
    ChunkCache.Key key = new ChunkCache.Key("pack", 0, 0);
    CountDownLatch making = new CountDownLatch(1);
    CountDownLatch fail = new CountDownLatch(1);
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Future<byte[]> first =
          pool.submit(
              () ->
                  cache.find(
                      key,
                      () -> {
                        making.countDown();
                        try {
                          fail.await();
                        } catch (InterruptedException e) {
                          Thread.currentThread().interrupt();
                        }
                        throw new IOException("the first one");
                      }));
      making.await();
      fail.countDown();
      assertThat(cache.find(key, () -> new byte[] {4})).containsExactly(4);
      assertThatThrownBy(first::get).hasMessageContaining("the first one");
    } finally {
      pool.shutdownNow();
    }
  }
}
