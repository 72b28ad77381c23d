package dev.zoopress.codec.benchmark;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.frame.FrameDecoder;
import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Frames of 16 MiB of Gaussian weights; one operation is one byte, so ops/us are MB/s. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FrameBenchmark {
  private static final int BYTES = 16 << 20;

  @Param({"BF16", "F16", "F32", "F8_E4M3", "I8"})
  DType dtype;

  private final FrameEncoder encoder = new FrameEncoder(Effort.FAST);
  private final FrameDecoder decoder = new FrameDecoder();
  private final byte[] raw = new byte[BYTES];
  private final byte[] back = new byte[BYTES];
  private final byte[] frame = new byte[FrameEncoder.maxEncodedLength(BYTES)];
  private FrameShape shape;
  private int stored;

  /** Fills the source and encodes it once. */
  @Setup
  public void fill() {
    Random random = new Random(1);
    int width = dtype.alignmentBytes();
    for (int i = 0; i < BYTES; i += width) {
      float value = (float) (random.nextGaussian() * 0.02);
      int bits = Float.floatToRawIntBits(value);
      int half = bits >>> 16 & 0x8000 | Math.max(0, (bits >>> 13 & 0x3ffff) - (112 << 10)) & 0x7fff;
      int element =
          switch (dtype) {
            case BF16 -> bits >>> 16;
            case F16 -> half;
            case F32 -> bits;
            case F8_E4M3 -> bits >>> 24 & 0x80 | bits >>> 20 & 0x7f;
            default -> Math.round(value * 2000);
          };
      for (int b = 0; b < width; b++) {
        raw[i + b] = (byte) (element >>> 8 * b);
      }
    }
    shape = new FrameShape(dtype, 1024, 0);
    stored = encoder.encode(raw, 0, BYTES, shape, frame, 0);
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public int encode() {
    return encoder.encode(raw, 0, BYTES, shape, frame, 0);
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public byte[] decode() throws IOException {
    decoder.decode("benchmark", 0, frame, 0, stored, back, 0, BYTES);
    return back;
  }

  @Benchmark
  @OperationsPerInvocation(BYTES)
  public byte[] copy() {
    System.arraycopy(raw, 0, back, 0, BYTES);
    return back;
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
    encoder.close();
    decoder.close();
  }
}
