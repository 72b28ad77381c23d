package dev.zoopress.jobs.evaluate;

import dev.zoopress.eval.compare.Unit;
import dev.zoopress.eval.compare.UnitResult;
import dev.zoopress.eval.compare.UnitRunner;
import dev.zoopress.jobs.restore.Ticker;
import java.io.IOException;
import org.apache.spark.api.java.function.Function;

/** Does one unit. What is wrong with a model is in the result; failing reads are thrown. */
final class UnitTask implements Function<Unit, UnitResult> {
  private static final long serialVersionUID = 1L;

  private final Ticker.Counters counters;

  UnitTask(Ticker.Counters counters) {
    this.counters = counters;
  }

  @Override
  public UnitResult call(Unit unit) throws IOException {
    UnitResult result = UnitRunner.run(unit);
    counters.add(0, 1);
    return result;
  }
}
