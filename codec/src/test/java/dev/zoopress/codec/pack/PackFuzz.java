package dev.zoopress.codec.pack;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.frame.FrameDecoder;
import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.codec.fuzz.FuzzTarget;
import dev.zoopress.codec.manifest.ManifestFormat;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** Packs of a few small frames, damaged by {@link PackMutation}; frames and manifest are read. */
public final class PackFuzz implements FuzzTarget {
  private static final int MOST_RAW_BYTES = 1 << 16;

  private final byte[] sound;
  private final FrameDecoder decoder = new FrameDecoder();
  private final byte[] raw = new byte[MOST_RAW_BYTES];

  public PackFuzz() throws IOException {
    Random random = new Random(5);
    byte[] file =
        PackSamples.safetensors(
            List.of(
                PackSamples.weights(random, "a", DType.BF16, 40, 32),
                PackSamples.weights(random, "b", DType.F32, 20, 32),
                PackSamples.weights(random, "c", DType.I8, 20, 32),
                PackSamples.constant("d", DType.F16, 16, 16)));
    sound = PackSamples.pack("m.safetensors", file, Effort.BEST, 1);
  }

  @Override
  public String name() {
    return "pack";
  }

  @Override
  public byte[] next(Random random) {
    return PackMutation.of(random, sound);
  }

  @Override
  public Reach read(byte[] input) throws IOException {
    ByteSource source = PackSamples.source("fuzz", input);
    PackReader pack;
    try {
      pack = PackReader.open(source);
    } catch (CorruptContainerException | UnsupportedVersionException e) {
      return e.getMessage().matches("(?s).*(header|trailer|not a pack|no pack ends|version).*")
          ? Reach.HEADER
          : Reach.REFUSED;
    }
    try {
      for (PackFrame frame : pack.frames()) {
        int length = frame.rawBytes();
        if (length >= 1 && length <= FrameEncoder.MAX_FRAME_BYTES && length <= MOST_RAW_BYTES) {
          decoder.decodeRange(
              source, frame.offsetBytes(), frame.storedBytes(), length, 0, length, raw, 0);
        }
      }
      ManifestFormat.decode("fuzz", pack.manifest());
      return Reach.ACCEPTED;
    } catch (CorruptContainerException | UnsupportedVersionException e) {
      return Reach.REFUSED;
    }
  }

  @Override
  public void close() {
    decoder.close();
  }
}
