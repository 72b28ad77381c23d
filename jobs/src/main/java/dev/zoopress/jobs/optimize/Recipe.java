package dev.zoopress.jobs.optimize;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.jobs.delta.BaseText;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * What becomes of a chunk of the chosen packs.
 *
 * @param unit that encodes it; -1 where it has a place outside of the chosen packs already
 * @param elsewhere that place
 * @param base what it may stand on, at today's places, as {@link BaseText} writes it
 */
record Recipe(Held held, int unit, ChunkLocation elsewhere, String base, long position)
    implements Serializable {

  /**
   * The recipes of all chunks that lie in chosen packs.
   *
   * @param units the unit of each chosen pack
   */
  static JavaPairRDD<ChunkId, Recipe> all(
      JavaPairRDD<ChunkId, Held> held,
      JavaPairRDD<ChunkId, Offer> offers,
      Broadcast<Map<String, Integer>> units) {
    JavaPairRDD<ChunkId, Offer> inside =
        offers.filter(t -> units.value().containsKey(t._2().held().best().pack()));
    // What others than the chosen packs' planned chunks stand on must not sink.
    JavaPairRDD<ChunkId, Boolean> afloat =
        held.leftOuterJoin(inside)
            .values()
            .flatMapToPair(
                t -> {
                  List<Tuple2<ChunkId, Boolean>> ids = new ArrayList<>();
                  for (ChunkLocation at : t._1().places()) {
                    boolean stays = !units.value().containsKey(at.pack());
                    boolean kept = at == t._1().best() && !t._2().isPresent();
                    if (stays || kept) {
                      Held.below(at, c -> ids.add(new Tuple2<>(c.id(), true)));
                    }
                  }
                  return ids.iterator();
                })
            .distinct();
    JavaPairRDD<ChunkId, Offer> taken =
        inside
            .leftOuterJoin(afloat)
            .filter(
                t ->
                    !t._2()._2().isPresent()
                        || Held.depth(t._2()._1().held().best()) >= t._2()._1().level())
            .mapValues(Tuple2::_1);
    JavaPairRDD<ChunkId, Boolean> freed =
        taken
            .values()
            .flatMapToPair(
                o -> {
                  List<Tuple2<ChunkId, Boolean>> ids = new ArrayList<>();
                  for (ChunkEntry chunk : o.free()) {
                    ids.add(new Tuple2<>(chunk.id(), true));
                  }
                  return ids.iterator();
                })
            .distinct();
    return held.filter(
            t -> t._2().places().stream().anyMatch(p -> units.value().containsKey(p.pack())))
        .leftOuterJoin(taken)
        .leftOuterJoin(freed)
        .mapValues(
            t ->
                of(
                    t._1()._1(),
                    t._1()._2().isPresent() ? t._1()._2().get() : null,
                    t._2().isPresent(),
                    units.value()));
  }

  private static Recipe of(Held held, Offer offer, boolean freed, Map<String, Integer> units) {
    ChunkEntry elsewhere = held.at(p -> !units.containsKey(p.pack()));
    if (elsewhere != null && offer == null && !freed) {
      return new Recipe(held, -1, elsewhere.location(), "", 0);
    }
    ChunkLocation from = held.at(p -> units.containsKey(p.pack())).location();
    int unit = units.get(from.pack());
    if (offer != null) {
      return new Recipe(held, unit, null, offer.base(), offer.position());
    }
    ChunkLocation form = freed ? null : held.best();
    return form == null || form.base() == null
        ? new Recipe(held, unit, null, "", 0)
        : new Recipe(held, unit, null, BaseText.write(form.base()), form.basePosition());
  }
}
