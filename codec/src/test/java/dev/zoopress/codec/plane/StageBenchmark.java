package dev.zoopress.codec.plane;

import com.github.luben.zstd.ZstdDecompressCtx;
import dev.zoopress.codec.entropy.AnsDecoder;
import dev.zoopress.codec.entropy.AnsEncoder;
import dev.zoopress.codec.entropy.AnsTables;
import dev.zoopress.codec.entropy.StreamException;
import dev.zoopress.codec.entropy.SymbolTables;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The stages of a coder one by one, on a block of 256 Ki Gaussian BF16; one operation is one byte
 * of source, so ops/us are MB/s. {@code copy} is the yardstick.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class StageBenchmark {
  private static final int COUNT = 1 << 18;
  private static final int BYTES = 2 * COUNT;
  private static final int TILE = 2048;
  private static final int STRIP = 4096;
  private static final int CONTEXTS = 4;

  private final byte[] raw = new byte[BYTES];
  private final byte[] back = new byte[BYTES];
  private final byte[] symbols = new byte[COUNT + 8];
  private final byte[] low = new byte[COUNT + 8];
  private final byte[] contexts = new byte[COUNT + 8];
  private final byte[] strip = new byte[STRIP + 16];
  private final byte[] stripContexts = new byte[STRIP + 16];
  private final byte[] huffman = new byte[BYTES];
  private final byte[] ans = new byte[BYTES];
  private final byte[] ansContexts = new byte[BYTES];
  private final PlaneWriter writer = new PlaneWriter();
  private final ZstdDecompressCtx reader = new ZstdDecompressCtx();
  private final AnsTables one = new AnsTables();
  private final AnsTables four = new AnsTables();
  private final AnsEncoder encoder = new AnsEncoder();
  private final AnsDecoder decoder = new AnsDecoder();
  private int huffmanLength;
  private int ansLength;
  private int ansContextsLength;

  /** Makes weights, and the coded forms of their symbols. */
  @Setup
  public void fill() {
    Random random = new Random(1);
    for (int i = 0; i < COUNT; i++) {
      int bits = Float.floatToRawIntBits((float) (random.nextGaussian() * 0.02));
      Lanes.SHORT.set(raw, 2 * i, (short) (bits >>> 16));
      contexts[i] = (byte) random.nextInt(CONTEXTS);
    }
    split();
    huffmanLength = huffmanEncode() - 4;
    int[] counts = new int[CONTEXTS * 256];
    int[] all = new int[256];
    for (int i = 0; i < COUNT; i++) {
      counts[contexts[i] * 256 + (symbols[i] & 0xff)]++;
      all[symbols[i] & 0xff]++;
    }
    SymbolTables tables = SymbolTables.escaping(all, 1, AnsTables.MAX_LOG, 5, 1.5);
    one.forEncoding(tables);
    one.forDecoding(tables);
    tables = SymbolTables.escaping(counts, CONTEXTS, AnsTables.MAX_LOG, 5, 1.5);
    four.forEncoding(tables);
    four.forDecoding(tables);
    ansLength = ansEncode();
    ansContextsLength = ansEncodeInContexts();
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public byte[] copy() {
    System.arraycopy(raw, 0, back, 0, BYTES);
    return back;
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public byte[] split() {
    for (int i = 0; i < COUNT; i += TILE) {
      Lanes.splitExponent(raw, 2 * i, TILE, symbols, i, low, i);
    }
    return symbols;
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public byte[] join() {
    for (int i = 0; i < COUNT; i += TILE) {
      Lanes.joinExponent(symbols, i, low, i, TILE, back, 2 * i);
    }
    return back;
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public int huffmanEncode() {
    return writer.writeSymbols(symbols, 0, COUNT, huffman, 0, 1);
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public int huffmanDecode() {
    return reader.decompressByteArray(back, 0, COUNT, huffman, 4, huffmanLength);
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public int ansEncode() {
    encoder.begin(one, COUNT);
    for (int i = COUNT - STRIP; i >= 0; i -= STRIP) {
      System.arraycopy(symbols, i, strip, 0, STRIP);
      encoder.prepend(strip, STRIP);
    }
    return encoder.finish(ans, 0);
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public byte[] ansDecode() throws StreamException {
    decoder.begin(one, ans, 0, ansLength);
    for (int i = 0; i < COUNT; i += STRIP) {
      decoder.next(strip, STRIP);
    }
    decoder.finish();
    return strip;
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public int ansEncodeInContexts() {
    encoder.begin(four, COUNT);
    for (int i = COUNT - STRIP; i >= 0; i -= STRIP) {
      System.arraycopy(symbols, i, strip, 0, STRIP);
      System.arraycopy(contexts, i, stripContexts, 0, STRIP);
      encoder.prepend(strip, stripContexts, STRIP);
    }
    return encoder.finish(ansContexts, 0);
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public byte[] ansDecodeInContexts() throws StreamException {
    decoder.begin(four, ansContexts, 0, ansContextsLength);
    for (int i = 0; i < COUNT; i += STRIP) {
      System.arraycopy(contexts, i, stripContexts, 0, STRIP);
      decoder.next(strip, stripContexts, STRIP);
    }
    decoder.finish();
    return strip;
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public long crc32c() {
    CRC32C crc = new CRC32C();
    crc.update(raw, 0, BYTES);
    return crc.getValue();
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public byte[] sha256() throws NoSuchAlgorithmException {
    return MessageDigest.getInstance("SHA-256").digest(raw);
  }

  /** Frees native memory. */
  @TearDown
  public void close() {
    writer.close();
    reader.close();
  }
}
