package dev.zoopress.jobs.optimize;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.jobs.delta.Place;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.Optional;
import scala.Tuple2;

/**
 * What rewriting a pack would come to.
 *
 * @param live what chunks take in it for which no better place is known
 * @param raw their bytes before compression
 * @param saving what they would take less as the plan wishes
 * @param freeing what chunks would take more that others want to stand alone
 * @param first the first place of a chunk of it
 */
record PackSum(double live, long raw, double saving, double freeing, Place first)
    implements Serializable {
  /** Of its bytes, what an encoder makes of dense weights; only to weigh one pack with another. */
  private static final double DENSE = 0.9;

  PackSum plus(PackSum o) {
    return new PackSum(
        live + o.live,
        raw + o.raw,
        saving + o.saving,
        freeing + o.freeing,
        first.compareTo(o.first) <= 0 ? first : o.first);
  }

  /** The sums of every pack that published chunks lie in. */
  static JavaPairRDD<String, PackSum> all(
      JavaPairRDD<ChunkId, Held> held, JavaPairRDD<ChunkId, Offer> offers) {
    JavaPairRDD<ChunkId, Boolean> freed =
        offers
            .values()
            .flatMapToPair(o -> o.free().stream().map(c -> new Tuple2<>(c.id(), true)).iterator())
            .distinct();
    return held.leftOuterJoin(offers)
        .leftOuterJoin(freed)
        .values()
        .flatMapToPair(t -> of(t._1()._1(), t._1()._2(), t._2().isPresent()).iterator())
        .reduceByKey(PackSum::plus);
  }

  private static List<Tuple2<String, PackSum>> of(Held held, Optional<Offer> offer, boolean freed) {
    List<Tuple2<String, PackSum>> sums = new ArrayList<>();
    Place place = held.first().place();
    for (ChunkLocation at : held.places()) {
      PackSum sum = new PackSum(0, 0, 0, 0, place);
      if (at == held.best()) {
        double share = held.share(at);
        sum =
            new PackSum(
                share,
                held.length(),
                offer.isPresent() ? offer.get().saving() : 0,
                freed ? Math.max(0, DENSE * held.length() - share) : 0,
                place);
      }
      sums.add(new Tuple2<>(at.pack(), sum));
    }
    return sums;
  }

  /** The packs that have to be rewritten with the pack of an offer. */
  static Iterable<Tuple2<String, String>> required(Offer offer) {
    List<Tuple2<String, String>> edges = new ArrayList<>();
    for (ChunkEntry chunk : offer.free()) {
      edges.add(new Tuple2<>(offer.held().best().pack(), chunk.location().pack()));
    }
    return edges;
  }
}
