package dev.zoopress.codec.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;

/** Breaks a sound file in every small way; whatever comes out must still cover the file exactly. */
final class Damage {
  private Damage() {}

  /** Cuts at every length and flips every bit. */
  static void everywhere(String path, byte[] sound) throws IOException {
    for (int length = 0; length < sound.length; length++) {
      parse(path, Arrays.copyOf(sound, length));
    }
    byte[] flipped = sound.clone();
    for (int bit = 0; bit < sound.length * 8; bit++) {
      flipped[bit >>> 3] ^= (byte) (1 << (bit & 7));
      parse(path, flipped);
      flipped[bit >>> 3] ^= (byte) (1 << (bit & 7));
    }
  }

  /** The layout of {@code bytes}, checked to reach the file's end. */
  static FileLayout parse(String path, byte[] bytes) throws IOException {
    FileLayout layout = FileFormats.parse(path, new MemorySource(bytes));
    long end = layout.segments().stream().mapToLong(Segment::lengthBytes).sum();
    assertThat(end).isEqualTo(bytes.length);
    return layout;
  }
}
