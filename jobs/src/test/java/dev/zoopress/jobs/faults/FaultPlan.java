package dev.zoopress.jobs.faults;

import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** Decides which requests meet a fault. Thread-safe. */
@FunctionalInterface
public interface FaultPlan {
  /** No fault at all. */
  FaultPlan NONE = request -> null;

  /** The fault that this request meets, or null. */
  Fault next(HttpHead request);

  /** A share of the requests meets one of the faults that fit it. */
  static FaultPlan some(long seed, double share, List<Fault> faults) {
    Random random = new Random(seed);
    return request -> {
      synchronized (random) {
        List<Fault> fitting = faults.stream().filter(f -> f.fits(request)).toList();
        return fitting.isEmpty() || random.nextDouble() >= share
            ? null
            : fitting.get(random.nextInt(fitting.size()));
      }
    };
  }

  /** From the n-th request on every one that can meet the fault does. */
  static FaultPlan from(int first, Fault fault) {
    AtomicInteger count = new AtomicInteger();
    return request -> count.getAndIncrement() >= first && fault.fits(request) ? fault : null;
  }
}
