package dev.zoopress.jobs.optimize;

import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.jobs.publish.Moved;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.Optional;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/** Tells chunks with new places where what they stand on went. */
final class Moves {
  /** As many decodes as there are below a frame. */
  private static final int ROUNDS = 2;

  private Moves() {}

  private record Answer(ChunkId id, ChunkLocation at) implements java.io.Serializable {}

  /**
   * The new places, complete.
   *
   * @param moved places whose bases are at their old ones
   */
  static JavaPairRDD<ChunkId, Moved> settled(
      JavaPairRDD<ChunkId, Moved> moved, Broadcast<Map<String, Integer>> units) {
    JavaPairRDD<ChunkId, Moved> known = moved;
    for (int round = 0; round < ROUNDS; round++) {
      known = told(moved, known, units);
    }
    return known;
  }

  /**
   * The places in {@code moved} with bases where {@code known} says. What stands alone is right at
   * once, what stands on that after one round, what stands on that after two.
   */
  private static JavaPairRDD<ChunkId, Moved> told(
      JavaPairRDD<ChunkId, Moved> moved,
      JavaPairRDD<ChunkId, Moved> known,
      Broadcast<Map<String, Integer>> units) {
    JavaPairRDD<ChunkId, Iterable<Answer>> answers =
        moved
            .flatMapToPair(
                t -> {
                  Set<ChunkId> asked = new HashSet<>();
                  Moved.referred(t._2().at(), units.value().keySet(), asked::add);
                  List<Tuple2<ChunkId, ChunkId>> questions = new ArrayList<>();
                  asked.forEach(id -> questions.add(new Tuple2<>(id, t._1())));
                  return questions.iterator();
                })
            .join(known)
            .mapToPair(t -> new Tuple2<>(t._2()._1(), new Answer(t._1(), t._2()._2().at())))
            .groupByKey();
    return moved
        .leftOuterJoin(answers)
        .mapValues(t -> told(t._1(), t._2(), units.value().keySet()));
  }

  private static Moved told(Moved moved, Optional<Iterable<Answer>> answers, Set<String> givenUp) {
    if (!answers.isPresent()) {
      return moved;
    }
    Map<ChunkId, ChunkLocation> places = new HashMap<>();
    answers.get().forEach(a -> places.put(a.id(), a.at()));
    return moved.to(Moved.standing(moved.at(), givenUp, places));
  }
}
