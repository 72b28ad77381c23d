package dev.zoopress.jobs.optimize;

import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.jobs.delta.BaseText;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import scala.Tuple2;

/**
 * A chunk that may be encoded anew as the plan wishes it.
 *
 * @param base at today's places, as {@link BaseText} writes it
 * @param level 1 where the base has to stand alone
 * @param free chunks of the base that have to, and do not yet
 * @param estimate what the chunk would take; by trial
 */
record Offer(
    Held held, String base, long position, int level, List<ChunkEntry> free, double estimate)
    implements Serializable {

  private record Part(int number, Held held) implements Serializable {}

  /** Less is not worth the work. */
  private static final double MARGIN = 0.02;

  Offer with(double trial) {
    return new Offer(held, base, position, level, free, trial);
  }

  double saving() {
    return held.share(held.best()) - estimate;
  }

  boolean pays() {
    return saving() > MARGIN * held.share(held.best());
  }

  /** What is not as it is wished, without estimates. */
  static JavaPairRDD<ChunkId, Offer> drafts(
      JavaPairRDD<ChunkId, Wish> wishes, JavaPairRDD<ChunkId, Held> held) {
    JavaPairRDD<ChunkId, Tuple2<Wish, Held>> open =
        wishes.join(held).filter(t -> !t._2()._1().fulfilled(t._2()._2()));
    return open.flatMapToPair(
            t -> {
              Wish wish = t._2()._1();
              List<Tuple2<ChunkId, Tuple2<ChunkId, Integer>>> needs = new ArrayList<>();
              for (int i = 0; i < wish.needs().size(); i++) {
                needs.add(new Tuple2<>(wish.needs().get(i), new Tuple2<>(t._1(), i)));
              }
              if (wish.scales() != null) {
                needs.add(new Tuple2<>(wish.scales(), new Tuple2<>(t._1(), -1)));
              }
              return needs.iterator();
            })
        .join(held)
        .values()
        .mapToPair(t -> new Tuple2<>(t._1()._1(), new Part(t._1()._2(), t._2())))
        .groupByKey()
        .join(open)
        .mapValues(t -> draft(t._2()._1(), t._2()._2(), t._1()))
        .filter(t -> t._2() != null);
  }

  private static Offer draft(Wish wish, Held held, Iterable<Part> parts) {
    Map<Integer, Held> byNumber = new HashMap<>();
    parts.forEach(p -> byNumber.put(p.number(), p.held()));
    List<ChunkEntry> chunks = new ArrayList<>();
    List<ChunkEntry> free = new ArrayList<>();
    int level = wish.target().level();
    for (int i = 0; i < wish.needs().size(); i++) {
      ChunkEntry alone = byNumber.get(i).at(p -> p.base() == null);
      ChunkEntry any = byNumber.get(i).at(p -> true);
      chunks.add(level > 1 || alone == null ? any : alone);
      if (level == 1 && alone == null) {
        free.add(any);
      }
    }
    ChunkEntry scales = wish.scales() == null ? null : byNumber.get(-1).at(p -> p.base() == null);
    if (wish.scales() != null && scales == null) {
      return null;
    }
    Base base = wish.base(chunks, scales);
    return base == null
        ? null
        : new Offer(held, BaseText.write(base), wish.target().position(), level, free, 0);
  }
}
