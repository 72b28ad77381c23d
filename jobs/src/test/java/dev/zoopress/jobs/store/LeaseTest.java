package dev.zoopress.jobs.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
  private static final Clock NOW = Clock.systemUTC();
  private static final Clock LATER = Clock.offset(NOW, Duration.ofSeconds(61));

  @TempDir Path folder;
  private ObjectStore store;

  @BeforeEach
  void open() {
    store = new LocalStore(folder);
  }

  private Lease take(String owner, Clock clock) throws IOException {
    return Lease.take(store, "gc/lease/", owner, "gc", clock);
  }

  @Test
  void oneHoldsItAndTheOtherLearnsWho() throws IOException {
    try (Lease first = take("a", NOW)) {
      assertThatThrownBy(() -> take("b", NOW))
          .isInstanceOf(LeaseHeldException.class)
          .hasMessageContaining("run a")
          .hasMessageContaining("gc/lease");
    }
    take("b", NOW).close();
  }

  @Test
  void itRunsOutWithoutRenewal() throws IOException {
    Lease first = take("a", NOW);
    try (Lease second = take("b", LATER)) {
      assertThat(Lease.look(store, "gc/lease/", LATER).orElseThrow().owner()).isEqualTo("b");
      first.close();
      assertThat(Lease.look(store, "gc/lease/", LATER).orElseThrow().held()).isTrue();
    }
    take("c", LATER).close();
    List<String> left = new ArrayList<>();
    store.children("gc/lease/", left::add);
    assertThat(left).containsExactly("3.json");
  }

  @Test
  void theLeaseOfAProcessThatEndedHereIsFreeAtOnce() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    store.put("gc/lease/1.json", sealed(ProcessName.current().space(), ended.pid()));
    take("b", NOW).close();
  }

  @Test
  void theLeaseOfAnotherMachineIsWaitedFor() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    store.put("gc/lease/1.json", sealed("another machine", ended.pid()));
    assertThatThrownBy(() -> take("b", NOW)).isInstanceOf(LeaseHeldException.class);
    take("b", LATER).close();
  }

  private static byte[] sealed(String space, long pid) {
    ObjectNode body = Sealed.body("lease").put("owner", "a").put("purpose", "gc");
    body.put("host", "there").put("space", space).put("pid", pid).put("start", 1L);
    return Sealed.seal(body.put("renewed", NOW.millis()).put("released", false));
  }
}
