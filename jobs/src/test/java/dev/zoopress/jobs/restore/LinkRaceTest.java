package dev.zoopress.jobs.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody swaps a folder of the target for a link while files are put there. */
final class LinkRaceTest {
  private static final int FILES = 400;

  @TempDir Path dir;

  @Test
  void noFileFollowsALinkThatComesAndGoes() throws Exception {
    Path target = Files.createDirectories(dir.resolve("target"));
    Path outside = Files.createDirectories(dir.resolve("outside"));
    Path swapped = target.resolve("a");
    Path kept = dir.resolve("kept");
    AtomicBoolean stop = new AtomicBoolean();
    Thread attacker = new Thread(() -> swap(swapped, kept, outside, stop));
    int refused = 0;
    int written = 0;
    try (LocalDestination destination = new LocalDestination(target, "race")) {
      attacker.start();
      for (int i = 0; i < FILES; i++) {
        try (Destination.Draft draft = destination.create("a/f" + i, 1)) {
          draft.write(ByteBuffer.wrap(new byte[] {1}));
          draft.publish();
          written++;
        } catch (IOException e) {
          refused++;
        }
      }
    } finally {
      stop.set(true);
      attacker.join();
    }
    System.out.println(written + " written, " + refused + " refused");
    try (Stream<Path> found = Files.list(outside)) {
      assertThat(found).isEmpty();
    }
    assertThat(written).isPositive();
    assertThat(refused).isPositive();
  }

  private static void swap(Path folder, Path kept, Path outside, AtomicBoolean stop) {
    while (!stop.get()) {
      try {
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
          Files.move(folder, kept, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.createSymbolicLink(folder, outside);
        Thread.onSpinWait();
        Files.delete(folder);
        if (Files.isDirectory(kept, LinkOption.NOFOLLOW_LINKS)) {
          Files.move(kept, folder, StandardCopyOption.ATOMIC_MOVE);
        }
      } catch (IOException e) {
        // The other side made the folder just then: what is kept can go.
        remove(kept);
      }
    }
  }

  private static void remove(Path kept) {
    try (Stream<Path> below = Files.exists(kept) ? Files.list(kept) : Stream.empty()) {
      for (Path file : below.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(kept);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
