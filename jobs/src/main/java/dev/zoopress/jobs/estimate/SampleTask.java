package dev.zoopress.jobs.estimate;

import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.jobs.delta.Place;
import dev.zoopress.jobs.plan.Hints;
import dev.zoopress.jobs.plan.PlannedContent;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.source.SourceTree;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/**
 * Encodes a small part of what contents would store: chunks of one element type that stand alone,
 * or on one other content, share what their samples come to.
 */
final class SampleTask
    implements FlatMapFunction<Iterator<SampleTask.Work>, Tuple2<Hints.Hint, Stored>> {
  private static final long serialVersionUID = 1L;

  /** Of a content one byte in so many is read, headers and plan included. */
  private static final int ONE_IN = 52;

  /** Where headers and plan took that much already, one in so many is read for samples. */
  private static final int SCARCE = 256;

  /** What is stored is not sampled more densely than that. */
  private static final int DENSEST = 8;

  /** What a kind of chunk of which nothing was read is taken to become: text, mostly. */
  private static final double UNREAD = 0.5;

  private final RunContext context;
  private final LongAccumulator bytesRead;

  SampleTask(RunContext context, LongAccumulator bytesRead) {
    this.context = context;
    this.bytesRead = bytesRead;
  }

  /**
   * A content.
   *
   * @param bytesRead of it so far
   * @param chunks that it would store
   */
  record Work(PlannedContent content, long bytesRead, List<Chosen> chunks)
      implements Serializable {}

  @Override
  public Iterator<Tuple2<Hints.Hint, Stored>> call(Iterator<Work> contents) throws IOException {
    List<Tuple2<Hints.Hint, Stored>> stored = new ArrayList<>();
    if (contents.hasNext()) {
      SourceTree source = context.openSource();
      try (FrameEncoder encoder = new FrameEncoder(context.effort())) {
        while (contents.hasNext()) {
          content(source, encoder, contents.next(), stored);
        }
      }
    }
    return stored.iterator();
  }

  /** Chunks that are alike, as far as the plan knows, in order of place. */
  private static final class Stratum {
    private final List<Chosen> chunks = new ArrayList<>();
    private long bytes;

    /** Bytes to read for a byte of sample: the base is read too. */
    double price() {
      return SampleReader.price(chunks.get(0));
    }

    double cost() {
      return bytes * price();
    }
  }

  private static String kind(Chosen chunk) {
    String kind = chunk.piece().dtype() + (chunk.piece().isSmall() ? " small" : "");
    if (chunk.target() == null) {
      return kind;
    }
    Place base = chunk.target().needs().get(0).contentStart();
    return kind + " " + chunk.target().view().rule() + " " + SampleReader.isHidden(chunk) + base;
  }

  private void content(
      SourceTree source, FrameEncoder encoder, Work work, List<Tuple2<Hints.Hint, Stored>> stored)
      throws IOException {
    TreeMap<String, Stratum> strata = new TreeMap<>();
    List<Chosen> chunks = new ArrayList<>(work.chunks());
    chunks.sort(Comparator.comparing(c -> c.piece().place()));
    for (Chosen chunk : chunks) {
      Stratum stratum = strata.computeIfAbsent(kind(chunk), k -> new Stratum());
      stratum.chunks.add(chunk);
      stratum.bytes += chunk.piece().length();
    }
    double cost = strata.values().stream().mapToDouble(Stratum::cost).sum();
    double size = work.content().content().stamp().sizeBytes();
    double budget = Math.max(size / ONE_IN - work.bytesRead(), size / SCARCE);
    budget = Math.min(budget, cost / DENSEST);
    try (SampleReader reader = new SampleReader(source, work.content(), encoder)) {
      for (Stratum stratum : strata.values()) {
        long share = cost == 0 ? 0 : (long) (budget * stratum.bytes / cost);
        SampleReader.Outcome found = reader.read(stratum.chunks, stratum.bytes, share);
        double ratio = found.raw() == 0 ? UNREAD : (double) found.stored() / found.raw();
        String technique = found.onBase() ? "delta" : ratio < 1 ? "entropy" : "raw";
        for (Chosen chunk : stratum.chunks) {
          Piece piece = chunk.piece();
          stored.add(
              new Tuple2<>(
                  piece.hint(),
                  new Stored(piece.place(), technique, Math.round(ratio * piece.length()))));
        }
      }
      bytesRead.add(reader.bytesRead());
    }
  }
}
