package dev.zoopress.jobs.estimate;

import dev.zoopress.codec.chunk.Chunk;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.jobs.delta.Place;
import dev.zoopress.jobs.delta.Sketch;
import dev.zoopress.jobs.delta.SketchReader;
import dev.zoopress.jobs.plan.Hints;
import dev.zoopress.jobs.plan.PlannedContent;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.source.SourceFile;
import dev.zoopress.jobs.source.SourceTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;

/** Reads headers, hints and sketches of contents, as a real run's plan does. */
final class LookTask implements FlatMapFunction<Iterator<PlannedContent>, Look> {
  private static final long serialVersionUID = 1L;

  private final RunContext context;

  LookTask(RunContext context) {
    this.context = context;
  }

  @Override
  public Iterator<Look> call(Iterator<PlannedContent> contents) throws IOException {
    List<Look> looks = new ArrayList<>();
    SourceTree source = context.openSource();
    while (contents.hasNext()) {
      looks.add(look(source, contents.next()));
    }
    return looks.iterator();
  }

  private Look look(SourceTree source, PlannedContent content) {
    List<Piece> pieces = new ArrayList<>();
    List<Sketch> sketches = new ArrayList<>();
    try (SourceFile opened = source.openUnfolded(content.content());
        CountingSource file = new CountingSource(opened)) {
      FileLayout layout = opened.layout(content.content().path());
      if (layout.format().equals("lfs-pointer")) {
        return failed(content, "an LFS pointer, not content: fetch the file with git lfs pull");
      }
      Hints hints = new Hints();
      for (Chunk chunk : Chunker.chunks(layout)) {
        pieces.add(
            new Piece(
                new Place(content.slice(), content.model(), content.index(), chunk.offsetBytes()),
                chunk.lengthBytes(),
                chunk.shape().dtype(),
                chunk.shape().columns(),
                chunk.shape().firstColumn(),
                hints.any(file, chunk.offsetBytes(), chunk.lengthBytes())));
      }
      if (context.delta() && file.size() >= Hints.MIN_CHUNK_BYTES) {
        sketches.addAll(new SketchReader(file, content, layout).read(0, 0, Long.MAX_VALUE));
      }
      return new Look(content, pieces, sketches, file.bytesRead(), layout.warning(), "");
    } catch (IOException e) {
      return failed(content, String.valueOf(e.getMessage()));
    }
  }

  private static Look failed(PlannedContent content, String error) {
    String path = content.content().path();
    String named = error.contains(path) ? error : path + ": " + error;
    return new Look(content, List.of(), List.of(), 0, "", named);
  }
}
