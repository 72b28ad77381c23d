package dev.zoopress.jobs.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.jobs.store.Run.Phase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every small object of a store, cut at each offset, with bits of each byte flipped, and sealed
 * again around random bodies: damage is always told as such, by name, and never taken for something
 * else.
 */
final class SmallObjectFuzzTest {
  @TempDir Path dir;
  private ObjectStore store;
  private Repository repository;
  private Run run;
  private Lease lease;

  private interface Reader {
    Object read() throws IOException;
  }

  private record Sample(String key, Reader reader) {}

  @BeforeEach
  void open() throws IOException {
    store = Stores.open(dir.resolve("store").toString(), new Configuration());
    repository = Repository.create(store);
    run = Run.of(repository, "run");
    String manifest = repository.putManifest(run, new Manifest(List.of()));
    lease = run.hold("test", Clock.systemUTC());
    run.beginPublishing();
    repository.publish(new Pointer("m", "r", 1, manifest, 0, 0));
    repository.setRef("m", "main", "r");
    run.pin(List.of("a".repeat(64), "b".repeat(64)));
    store.putIfAbsent(Condemned.list(1), Condemned.encode(List.of("packs/x", "packs/y")));
    store.putIfAbsent(Condemned.verdict(1), Condemned.encode(List.of("packs/x")));
  }

  @AfterEach
  void close() throws IOException {
    lease.close();
    store.close();
  }

  private List<Sample> samples() throws IOException {
    TreeSet<String> lists = new TreeSet<>();
    store.children("runs/run/pins/", lists::add);
    String pins = lists.stream().filter(n -> n.startsWith("list-")).findFirst().orElseThrow();
    return List.of(
        new Sample(Layout.ROOT, () -> Repository.open(store).id()),
        new Sample("models/m/r/1.json", () -> repository.pointer("m", "r")),
        new Sample("models/m/refs/main/1.json", () -> repository.ref("m", "main")),
        new Sample("runs/run/decision.json", () -> run.phase()),
        new Sample(
            "runs/run/lease/1.json", () -> Lease.look(store, run.leaseFolder(), Clock.systemUTC())),
        new Sample(
            "runs/run/pins/" + pins,
            () -> {
              TreeSet<String> all = new TreeSet<>();
              run.pins(all);
              return all;
            }),
        new Sample(Condemned.list(1), () -> Condemned.read(store, Condemned.list(1))),
        new Sample(Condemned.verdict(1), () -> Condemned.read(store, Condemned.verdict(1))));
  }

  private static void requireDamage(Sample sample, String how) {
    try {
      Object value = sample.reader().read();
      fail("%s, %s: not noticed, read as %s", sample.key(), how, value);
    } catch (CorruptContainerException | UnsupportedVersionException e) {
      assertThat(e).hasMessageContaining(sample.key());
    } catch (IOException | RuntimeException e) {
      fail(sample.key() + ", " + how, e);
    }
  }

  @Test
  void everyCutAndEveryFlippedByteIsDamage() throws IOException {
    Random random = new Random(6);
    for (Sample sample : samples()) {
      assertThat(sample.reader().read()).isNotNull();
      Path file = dir.resolve("store").resolve(sample.key());
      byte[] sound = Files.readAllBytes(file);
      for (int length = 0; length < sound.length; length++) {
        Files.write(file, Arrays.copyOf(sound, length));
        requireDamage(sample, "cut to " + length);
      }
      for (int bit = 0; bit < 8 * sound.length; bit += 1 + random.nextInt(7)) {
        byte[] flipped = sound.clone();
        flipped[bit >>> 3] ^= (byte) (1 << (bit & 7));
        Files.write(file, flipped);
        requireDamage(sample, "bit " + bit);
      }
      Files.write(file, Arrays.copyOf(sound, sound.length + 1));
      requireDamage(sample, "a byte more");
      Files.write(file, sound);
      assertThat(sample.reader().read()).isNotNull();
    }
  }

  /** Whoever can seal can write what our own writers never would. */
  @Test
  void sealedNonsenseIsDamageOrHarmless() throws IOException {
    Random random = new Random(5);
    for (Sample sample : samples().subList(0, 5)) {
      Path file = dir.resolve("store").resolve(sample.key());
      byte[] sound = Files.readAllBytes(file);
      int from = "{\"sha256\":\"".length() + 64 + "\",\"body\":".length();
      byte[] body = Arrays.copyOfRange(sound, from, sound.length - 2);
      for (int i = 0; i < 1000; i++) {
        byte[] mutated = mutate(body, random);
        Files.write(file, sealed(mutated));
        try {
          Object value = sample.reader().read();
          assertThat(value).isInstanceOfAny(String.class, Optional.class, Phase.class);
        } catch (CorruptContainerException | UnsupportedVersionException e) {
          assertThat(e).hasMessageContaining(sample.key());
        } catch (IOException | RuntimeException e) {
          fail(sample.key() + ", " + new String(mutated, StandardCharsets.ISO_8859_1), e);
        }
      }
      Files.write(file, sound);
    }
  }

  private static byte[] sealed(byte[] body) {
    byte[] head =
        ("{\"sha256\":\"" + Sealed.sha256(body) + "\",\"body\":").getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + body.length + 2);
    System.arraycopy(body, 0, all, head.length, body.length);
    all[all.length - 2] = '}';
    all[all.length - 1] = '\n';
    return all;
  }

  private static byte[] mutate(byte[] body, Random random) {
    byte[] out = body.clone();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      int at = random.nextInt(out.length);
      switch (random.nextInt(4)) {
        case 0 -> out[at] = (byte) random.nextInt(256);
        case 1 -> out[at] = (byte) "{}[]\",:0-9e.nul".charAt(random.nextInt(15));
        case 2 -> out = Arrays.copyOf(out, 1 + random.nextInt(out.length));
        default -> {
          int digits = 1 + random.nextInt(30);
          byte[] number = "9".repeat(digits).getBytes(StandardCharsets.US_ASCII);
          byte[] longer = Arrays.copyOf(out, out.length + digits);
          System.arraycopy(out, at, longer, at + digits, out.length - at);
          System.arraycopy(number, 0, longer, at, digits);
          out = longer;
        }
      }
    }
    return out;
  }

  @Test
  void aNewerVersionIsSaidSo() throws IOException {
    for (Sample sample : samples().subList(0, 5)) {
      Path file = dir.resolve("store").resolve(sample.key());
      ObjectNode body = Sealed.body("x");
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      assertThat(text).contains("\"version\":1").contains("\"kind\"");
      String newer = text.substring(text.indexOf("\"body\":") + 7, text.length() - 2);
      byte[] sound = Files.readAllBytes(file);
      Files.write(
          file,
          sealed(newer.replace("\"version\":1", "\"version\":2").getBytes(StandardCharsets.UTF_8)));
      try {
        sample.reader().read();
        fail(sample.key() + " of version 2 was read");
      } catch (UnsupportedVersionException e) {
        assertThat(e)
            .hasMessageContaining(sample.key())
            .hasMessageContaining("version 2")
            .hasMessageContaining("use a newer zoopress");
      }
      assertThat(body.path("version").asInt()).isEqualTo(1);
      Files.write(file, sound);
    }
  }
}
