package dev.zoopress.codec.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.codec.view.Rule;
import dev.zoopress.codec.view.View;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tensors that are stored as what a view of another one predicts, and read back from packs. */
final class ViewedBaseTest {
  private static final int ROWS = 1500;
  private static final int COLUMNS = 3200;

  private final Map<String, byte[]> packs = new HashMap<>();
  private final FrameSource frames =
      new FrameSource(id -> PackSamples.source(id, packs.get(id)), new ChunkCache(8 << 20));

  /** Stores a tensor on {@code base} and returns its chunks. */
  private List<ChunkEntry> store(byte[] bytes, DType dtype, Base base) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String name = "%064x".formatted(packs.size());
    Map<ChunkId, Boolean> stands = new HashMap<>();
    List<ChunkId> ids = new ArrayList<>();
    PackSummary summary;
    try (FramePacker packer = new FramePacker(Effort.FAST)) {
      PackWriter writer = new PackWriter(out);
      packer.begin(writer);
      for (int at = 0; at < bytes.length; at += Chunker.CHUNK_BYTES) {
        int length = Math.min(Chunker.CHUNK_BYTES, bytes.length - at);
        ChunkId id = ChunkId.of(Digests.sha256(bytes, at, length));
        ids.add(id);
        FrameShape shape = FrameShape.flat(dtype);
        if (base == null) {
          packer.add(id, bytes, at, length, shape);
        } else {
          byte[] predicted = new byte[length];
          frames.read(base, at, length, predicted, 0);
          List<ChunkId> below = base.chunks().stream().map(ChunkEntry::id).toList();
          stands.put(id, packer.add(id, bytes, at, length, shape, predicted, below));
        }
      }
      packer.flush();
      summary = writer.finish();
    }
    packs.put(name, out.toByteArray());
    List<ChunkEntry> entries = new ArrayList<>();
    for (PackFrame frame : summary.frames()) {
      ChunkId id = frame.chunks().get(0).id();
      ChunkLocation at =
          new ChunkLocation(name, frame.offsetBytes(), frame.storedBytes(), frame.rawBytes(), 0);
      boolean stood = stands.getOrDefault(id, false);
      long position = (long) ids.indexOf(id) * Chunker.CHUNK_BYTES;
      assertThat(frame.bases().isEmpty()).isEqualTo(!stood);
      entries.add(new ChunkEntry(id, frame.rawBytes(), stood ? at.standingOn(base, position) : at));
    }
    return entries;
  }

  private static long stored(List<ChunkEntry> chunks) {
    return chunks.stream().mapToLong(c -> c.location().frameStoredBytes()).sum();
  }

  private void readsBack(byte[] bytes, List<ChunkEntry> chunks) throws IOException {
    SegmentEntry segment = new SegmentEntry("w", DType.F32, List.of(), bytes.length, chunks);
    FileEntry file =
        new FileEntry("f", bytes.length, "0".repeat(64), "", true, "", "x", List.of(segment));
    try (StoredFile stored =
        new StoredFile(
            file, id -> PackSamples.source(id, packs.get(id)), new ChunkCache(8 << 20))) {
      byte[] all = new byte[bytes.length];
      stored.readFully(0, all, 0, all.length);
      assertThat(Arrays.equals(all, bytes)).isTrue();
      Random random = new Random(4);
      for (int i = 0; i < 12; i++) {
        int from = random.nextInt(bytes.length);
        int count = Math.min(bytes.length - from, 1 + random.nextInt(1 << 17 + i % 5));
        byte[] part = new byte[count];
        stored.readFully(from, part, 0, count);
        assertThat(Arrays.equals(part, 0, count, bytes, from, from + count)).isTrue();
      }
    }
  }

  private static ByteBuffer weights() {
    Random random = new Random(1);
    ByteBuffer out = ByteBuffer.allocate(4 * ROWS * COLUMNS).order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      out.putFloat((float) random.nextGaussian() * 0.02f);
    }
    return out;
  }

  @Test
  void twinsCostNextToNothingAndComeBack() throws Exception {
    ByteBuffer base = weights();
    List<ChunkEntry> chunks = store(base.array(), DType.F32, null);
    assertThat(chunks).hasSize(2);

    byte[] transposed = transpose(base, 4);
    Base viewed = new Base(View.same(DType.F32).transposed(ROWS, COLUMNS), chunks, null);
    List<ChunkEntry> twin = store(transposed, DType.F32, viewed);
    assertThat(stored(twin)).isLessThan(transposed.length / 1000);
    readsBack(transposed, twin);

    // A cast of the transposed twin: two decodes below.
    ByteBuffer flipped = ByteBuffer.wrap(transposed).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer cast = ByteBuffer.allocate(2 * ROWS * COLUMNS).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < ROWS * COLUMNS; i++) {
      int bits = flipped.getInt(4 * i);
      cast.putShort((short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16));
    }
    View narrow = new View(DType.F32, 0, 0, Rule.CAST, DType.BF16);
    List<ChunkEntry> bfloat = store(cast.array(), DType.BF16, new Base(narrow, twin, null));
    assertThat(bfloat.get(0).location().base().depth()).isEqualTo(2);
    assertThat(stored(bfloat)).isLessThan(cast.capacity() / 1000);
    readsBack(cast.array(), bfloat);
    assertThatThrownBy(() -> new Base(View.same(DType.BF16), bfloat, null))
        .isInstanceOf(IllegalArgumentException.class);

    // The same in one step, and widened back.
    View both = narrow.transposed(ROWS, COLUMNS);
    List<ChunkEntry> direct = store(cast.array(), DType.BF16, new Base(both, chunks, null));
    assertThat(stored(direct)).isLessThan(cast.capacity() / 1000);
    readsBack(cast.array(), direct);
    ByteBuffer wide = ByteBuffer.allocate(4 * ROWS * COLUMNS).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < ROWS * COLUMNS; i++) {
      wide.putInt(cast.getShort(2 * i) << 16);
    }
    View widening = new View(DType.BF16, 0, 0, Rule.CAST, DType.F32);
    List<ChunkEntry> widened = store(wide.array(), DType.F32, new Base(widening, direct, null));
    assertThat(stored(widened)).isLessThan(wide.capacity() / 1000);
    readsBack(wide.array(), widened);
  }

  @Test
  void quantisedTwinsUseTheScalesOfTheFile() throws Exception {
    ByteBuffer base = weights();
    List<ChunkEntry> chunks = store(base.array(), DType.F32, null);
    ByteBuffer scales = ByteBuffer.allocate(70_000).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(2);
    ByteBuffer flipped = ByteBuffer.wrap(transpose(base, 4)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] quants = new byte[ROWS * COLUMNS];
    for (int column = 0; column < ROWS; column++) {
      float scale = 0.0005f + random.nextFloat() * 0.001f;
      scales.putFloat(12 + 4 * column, scale);
      for (int row = 0; row < COLUMNS; row++) {
        int i = row * ROWS + column;
        double value = Math.rint(flipped.getFloat(4 * i) / scale) + 3;
        quants[i] = (byte) Math.max(-128, Math.min(127, value));
      }
    }
    ChunkEntry at = store(scales.array(), DType.OPAQUE, null).get(0);
    View view = new View(DType.F32, ROWS, COLUMNS, Rule.AFFINE, DType.I8);
    Base viewed = new Base(view, chunks, new Base.Scales(at, 12, ROWS, 1, 3));
    List<ChunkEntry> twin = store(quants, DType.I8, viewed);
    assertThat(stored(twin)).isLessThan(quants.length / 1000);
    readsBack(quants, twin);
  }

  @Test
  void blockQuantisedTwinsAreReadAtAnyByte() throws Exception {
    ByteBuffer base = weights();
    List<ChunkEntry> chunks = store(base.array(), DType.F32, null);
    for (Rule rule : List.of(Rule.Q8_0, Rule.Q4_0)) {
      Base viewed = new Base(new View(DType.F32, 0, 0, rule, DType.U8), chunks, null);
      byte[] bytes = new byte[(int) viewed.lengthBytes()];
      assertThat(bytes).hasSize(ROWS * COLUMNS / 32 * rule.blockBytes());
      frames.read(viewed, 0, bytes.length, bytes, 0);
      List<ChunkEntry> twin = store(bytes, DType.U8, viewed);
      assertThat(stored(twin)).isLessThan(bytes.length / 1000);
      readsBack(bytes, twin);
      for (int from = 0; from < 80; from++) {
        byte[] part = new byte[from + 1];
        frames.read(viewed, from, part.length, part, 0);
        assertThat(part).isEqualTo(Arrays.copyOfRange(bytes, from, from + part.length));
      }
    }
  }

  @Test
  void aWrongOrMissingBaseIsDamageNotWrongBytes() throws Exception {
    ByteBuffer base = weights();
    List<ChunkEntry> chunks = store(base.array(), DType.F32, null);
    byte[] moved = base.array().clone();
    for (int i = 0; i < moved.length; i += 4) {
      moved[i]++;
    }
    List<ChunkEntry> delta = store(moved, DType.F32, new Base(View.same(DType.F32), chunks, null));
    readsBack(moved, delta);
    ChunkLocation at = delta.get(0).location();
    byte[] target = new byte[at.frameRawBytes()];
    ChunkEntry alone =
        new ChunkEntry(
            delta.get(0).id(),
            target.length,
            new ChunkLocation(
                at.pack(), at.frameOffset(), at.frameStoredBytes(), target.length, 0));
    assertThatThrownBy(() -> frames.read(alone, 0, target.length, target, 0))
        .isInstanceOf(CorruptContainerException.class);
    Base wrong = new Base(View.same(DType.F32), delta, null);
    ChunkEntry onWrong =
        new ChunkEntry(alone.id(), target.length, alone.location().standingOn(wrong, 0));
    assertThatThrownBy(() -> frames.read(onWrong, 0, target.length, target, 0))
        .isInstanceOf(CorruptContainerException.class);
  }

  private static byte[] transpose(ByteBuffer matrix, int width) {
    byte[] out = new byte[matrix.capacity()];
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < COLUMNS; j++) {
        System.arraycopy(
            matrix.array(), width * (i * COLUMNS + j), out, width * (j * ROWS + i), width);
      }
    }
    return out;
  }
}
