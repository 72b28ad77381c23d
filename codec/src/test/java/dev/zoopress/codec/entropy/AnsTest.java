package dev.zoopress.codec.entropy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class AnsTest {
  private static final int STRIP = 512;

  @Test
  void returnsWhatWasWrittenForAnyDistribution() throws Exception {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int contexts = 1 << random.nextInt(5);
      int count = random.nextInt(3 * STRIP) & ~7;
      byte[] symbols = new byte[count];
      byte[] of = new byte[count];
      double spread = Math.pow(300, random.nextDouble()) - 1;
      for (int i = 0; i < count; i++) {
        of[i] = (byte) random.nextInt(contexts);
        symbols[i] = (byte) (random.nextGaussian() * spread + of[i]);
      }
      int[] counts = new int[contexts * 256];
      // Half of the data only: the rest holds symbols that were never seen.
      for (int i = 0; i < count; i += 1 + seed % 2) {
        counts[of[i] * 256 + (symbols[i] & 0xff)]++;
      }
      int log = AnsTables.MIN_LOG + random.nextInt(AnsTables.MAX_LOG - AnsTables.MIN_LOG + 1);
      SymbolTables tables =
          SymbolTables.escaping(counts, contexts, log, random.nextInt(8), random.nextDouble() * 3);
      check(seed, reread(tables, contexts), symbols, of);
    }
  }

  private static SymbolTables reread(SymbolTables tables, int contexts) throws Exception {
    RangeEncoder side = new RangeEncoder();
    tables.write(side);
    int length = side.finish();
    SymbolTables again = SymbolTables.read(new RangeDecoder(side.bytes(), 0, length), contexts);
    assertThat(again).isEqualTo(tables);
    return again;
  }

  private static void check(int seed, SymbolTables tables, byte[] symbols, byte[] of)
      throws Exception {
    AnsTables coding = new AnsTables();
    coding.forEncoding(tables);
    coding.forDecoding(tables);
    int count = symbols.length;
    AnsEncoder encoder = new AnsEncoder();
    encoder.begin(coding, count);
    for (int from = (count - 1) / STRIP * STRIP; from >= 0 && count > 0; from -= STRIP) {
      int run = Math.min(STRIP, count - from);
      byte[] strip = Arrays.copyOfRange(symbols, from, from + run + 8);
      byte[] contexts = Arrays.copyOfRange(of, from, from + run + 8);
      if (tables.contexts() == 1) {
        encoder.prepend(strip, run);
      } else {
        encoder.prepend(strip, contexts, run);
      }
    }
    byte[] stream = new byte[encoder.length() + 5];
    int end = encoder.finish(stream, 3);
    byte[] escapes = new byte[encoder.escapeCount()];
    encoder.copyEscapes(escapes);
    AnsDecoder decoder = new AnsDecoder();
    assertThat(decoder.begin(coding, stream, 3, end)).isEqualTo(end);
    byte[] back = new byte[count];
    if (tables.contexts() == 1) {
      decoder.next(back, count);
    } else {
      decoder.next(back, of, count);
    }
    decoder.finish();
    int used = 0;
    for (int i = 0; i < count; i++) {
      if ((back[i] & 0xff) == tables.escape()) {
        back[i] = escapes[used++];
      }
    }
    assertThat(used).as("seed %d", seed).isEqualTo(escapes.length);
    assertThat(back).as("seed %d", seed).isEqualTo(symbols);
  }

  @Test
  void oneSymbolCostsNothing() throws Exception {
    int[] counts = new int[256];
    counts[77] = 1000;
    SymbolTables tables = reread(SymbolTables.exact(counts, 11, 3), 1);
    byte[] symbols = new byte[1 << 12];
    Arrays.fill(symbols, (byte) 77);
    AnsTables coding = new AnsTables();
    coding.forEncoding(tables);
    AnsEncoder encoder = new AnsEncoder();
    encoder.begin(coding, symbols.length);
    encoder.prepend(symbols, symbols.length);
    assertThat(encoder.length()).isLessThanOrEqualTo(AnsEncoder.HEADER_BYTES + 2);
  }

  @Test
  void everySymbolHasAPlaceInACompleteTable() throws Exception {
    SymbolTables tables = reread(SymbolTables.complete(new int[256], 12, 2), 1);
    int[] frequencies = new int[256];
    tables.frequencies(0, frequencies);
    assertThat(frequencies).doesNotContain(0);
    assertThat(Arrays.stream(frequencies).sum()).isEqualTo(1 << 12);
  }

  @Test
  void garbageIsRefusedOrDecodesToSomething() throws Exception {
    Random random = new Random(3);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(400)];
      random.nextBytes(bytes);
      try {
        SymbolTables tables = SymbolTables.read(new RangeDecoder(bytes, 0, bytes.length), 2);
        AnsTables coding = new AnsTables();
        coding.forDecoding(tables);
        AnsDecoder decoder = new AnsDecoder();
        for (int k = 0; k < Math.min(16, bytes.length); k++) {
          bytes[k] &= 0x10;
        }
        decoder.begin(coding, bytes, 0, bytes.length);
        decoder.next(new byte[1 << 12], new byte[1 << 12], 1 << 12);
        decoder.finish();
      } catch (StreamException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1900);
  }
}
