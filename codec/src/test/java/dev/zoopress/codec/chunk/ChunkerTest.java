package dev.zoopress.codec.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ChunkerTest {
  @Test
  void cutsEachSegmentFromItsOwnStart() {
    long cut = Chunker.CHUNK_BYTES;
    for (long length : new long[] {1, cut - 1, cut, cut + 1, 2 * cut, 2 * cut + 3}) {
      FileLayout layout =
          new FileLayout("opaque", List.of(Segment.opaque(0, 5), Segment.opaque(5, length)), "");
      List<Chunk> chunks = new ArrayList<>();
      Chunker.chunks(layout).forEach(chunks::add);
      assertThat(chunks).hasSize((int) Chunker.count(layout));
      long at = 0;
      for (Chunk chunk : chunks) {
        assertThat(chunk.offsetBytes()).isEqualTo(at);
        assertThat(chunk.lengthBytes()).isBetween(1, Chunker.CHUNK_BYTES);
        assertThat(chunk.segmentIndex()).isEqualTo(at < 5 ? 0 : 1);
        at += chunk.lengthBytes();
      }
      assertThat(at).isEqualTo(5 + length);
    }
  }

  @Test
  void saysInWhichColumnAChunkStarts() {
    Segment tensor = new Segment("w", DType.F32, List.of(3000L, 7001L), 0, 3000L * 7001 * 4);
    FileLayout layout = new FileLayout("safetensors", List.of(tensor), "");
    List<FrameShape> shapes = new ArrayList<>();
    Chunker.chunks(layout).forEach(chunk -> shapes.add(chunk.shape()));
    assertThat(shapes.get(1)).isEqualTo(new FrameShape(DType.F32, 7001, (1 << 22) % 7001));
  }

  @Test
  void makesChunksOneByOne() {
    FileLayout layout = FileLayout.opaque(Long.MAX_VALUE / 2, "");
    assertThat(Chunker.chunks(layout).iterator().next().lengthBytes())
        .isEqualTo(Chunker.CHUNK_BYTES);
    assertThat(Chunker.chunks(FileLayout.opaque(0, ""))).isEmpty();
  }
}
