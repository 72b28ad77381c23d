package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getLong;
import static dev.zoopress.codec.entropy.LittleEndian.getShort;
import static dev.zoopress.codec.entropy.LittleEndian.putShort;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Words, eight at a time, against the same done one by one as FORMAT.md says it. */
final class WordTransformTest {
  private static final int COUNT = 1 << 10;

  static Stream<Arguments> transforms() {
    return Arrays.stream(WordLayout.values())
        .flatMap(
            layout ->
                Stream.of(layout.rawBits(), 8)
                    .distinct()
                    .flatMap(
                        spacing ->
                            Stream.of(true, false)
                                .flatMap(
                                    sign ->
                                        Stream.of(0.0, 0.01)
                                            .map(
                                                zeros ->
                                                    Arguments.of(layout, spacing, sign, zeros)))));
  }

  @ParameterizedTest
  @MethodSource("transforms")
  void splitsAndJoinsAsTheFormatSays(
      WordLayout layout, int spacing, boolean signInSymbol, double zeros) {
    WordTransform transform = new WordTransform(layout, spacing, signInSymbol);
    Random random = new Random(7);
    byte[] words = new byte[2 * COUNT];
    byte[] addends = new byte[2 * COUNT];
    int window = (1 << layout.rawBits() + 7) - 1;
    for (int i = 0; i < COUNT; i++) {
      int addend = random.nextInt(1 << 16);
      int moved = 1 + random.nextInt(window);
      int magnitude = moved - addend & 0x7fff;
      magnitude = random.nextDouble() < zeros ? 0 : magnitude == 0 ? 1 : magnitude;
      putShort(words, 2 * i, random.nextInt(2) << 15 | magnitude);
      putShort(addends, 2 * i, addend);
    }
    byte[] symbols = new byte[COUNT];
    byte[] raw = new byte[COUNT + 8];
    long bad = transform.forward(words, 0, addends, COUNT, symbols, raw, 0);
    long expectedBad = 0;
    for (int i = 0; i < COUNT; i++) {
      int word = getShort(words, 2 * i);
      int addend = getShort(addends, 2 * i);
      int magnitude = word & 0x7fff;
      int moved = magnitude == 0 ? 0 : magnitude + addend & 0x7fff;
      boolean exception = magnitude != 0 && (moved == 0 || moved > window);
      expectedBad |= exception ? 1 : 0;
      assertThat(transform.isException(word, addend)).isEqualTo(exception);
      if (exception) {
        continue;
      }
      int sign = (word ^ addend) >>> 15 & 1;
      int joint = signInSymbol ? sign << layout.rawBits() + 7 | moved : moved << 1 | sign;
      int place = (i & ~7) + WordTransform.PLACE[i & 7];
      assertThat(symbols[place] & 0xff).as("symbol %d", i).isEqualTo(joint >>> layout.rawBits());
      long group = getLong(raw, transform.rawLength(i & ~7));
      int value = (int) (group >>> spacing * WordTransform.PLACE[i & 7]);
      int mask = (1 << layout.rawBits()) - 1;
      assertThat(value & mask).as("raw bits of %d", i).isEqualTo(joint & mask);
    }
    assertThat(bad != 0).isEqualTo(expectedBad != 0);

    byte[] back = new byte[2 * COUNT];
    transform.inverse(symbols, raw, 0, addends, COUNT, back, 0);
    for (int i = 0; i < COUNT; i++) {
      if (!transform.isException(getShort(words, 2 * i), getShort(addends, 2 * i))) {
        assertThat(getShort(back, 2 * i)).as("word %d", i).isEqualTo(getShort(words, 2 * i));
      }
    }
  }
}
