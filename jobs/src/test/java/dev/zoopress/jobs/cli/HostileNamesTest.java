package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.jobs.TestSpark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names come from strangers: of models, files, refs, and of a zoo that the code must not know. */
final class HostileNamesTest {
  private static final String EVIL = "\u001b]0;owned\u0007\u202etxt\nFAILED good\u009b31m";

  private static final Path FETCHING = Path.of("src/main/java/dev/zoopress/jobs/quickstart");

  @TempDir Path dir;

  /** Every command that reads a store, in text: nothing but line feeds of its own. */
  @Test
  void noCommandPrintsControlCharacters() throws IOException {
    TestSpark.session();
    Path zoo = dir.resolve("zoo");
    write(zoo.resolve(EVIL).resolve("config.json"), "{}");
    write(zoo.resolve(EVIL).resolve(EVIL + ".safetensors"), "broken");
    write(zoo.resolve("bad" + EVIL).resolve("config.json"), "{}");
    Files.createSymbolicLink(zoo.resolve("bad" + EVIL).resolve("x" + EVIL), Path.of("y" + EVIL));
    write(zoo.resolve("stray" + EVIL), "x");
    Path store = dir.resolve("store");
    Path back = dir.resolve("back");

    Called compress = plain("compress", zoo, "--store", store, "--effort", "fast");
    assertThat(compress.code()).as(compress.err()).isEqualTo(3);
    assertThat(compress.out())
        .contains("FAILED bad\\u001b]0;owned\\u0007\\u202etxt\\nFAILED good\\u009b31m: ")
        .contains("note: ");
    write(back.resolve(EVIL).resolve("config.json"), "in the way");
    Called restore = plain("restore", "--store", store, "--to", back);
    assertThat(restore.code()).as(restore.err()).isEqualTo(3);
    assertThat(restore.out()).contains("NOT WRITTEN \\u001b]0;owned");

    plain("restore", EVIL + "no", "--store", store, "--to", back);
    plain("restore", "--store", dir.resolve(EVIL), "--to", back);
    plain("restore", "--file", EVIL, "--store", store, "--to", back);
    plain("compress", zoo, "--store", store, "--effort", EVIL);
    plain("scan", zoo);
    plain("ls", "--store", store);
    plain("ls", "--store", store, EVIL);
    plain("stats", "--store", store, "--by", "model");
    plain("diff", EVIL, EVIL, "--store", store);
    plain("verify", "--store", store, "--full", "--against", zoo);
    plain("delete", EVIL + "no", "--store", store, "--yes");
    plain("delete", EVIL, "--store", store, "--dry-run");
    plain("gc", "--store", store, "--dry-run");
    plain("doctor", "--store", store);
  }

  private static Called plain(Object... arguments) {
    Called called = Called.zoopress(arguments);
    for (String text : List.of(called.out(), called.err())) {
      assertThat(text.replace("\n", ""))
          .as(String.join(" ", Stream.of(arguments).map(Object::toString).toList()))
          .doesNotContainPattern("[\\p{Cc}\\p{Cf}]");
      assertThat(text.lines()).noneMatch(line -> line.startsWith("FAILED good"));
    }
    return called;
  }

  /**
   * What is measured on the zoo must hold for any other: its names and digests stay outside. Only
   * the quickstart names the one public model that it fetches, which the zoo happens to hold too.
   */
  @Test
  void nothingOfTheZooStandsInTheCode() throws IOException {
    Path list = Path.of("../../shared/zoo/ZOO.sha256");
    Assumptions.assumeTrue(Files.isReadable(list), "SKIPPED, the zoo's list is not here");
    List<String> forbidden = new ArrayList<>();
    for (String line : Files.readAllLines(list)) {
      forbidden.add(line.substring(0, 64));
      String[] path = line.substring(66).split("/");
      forbidden.add(path[0] + "/" + path[1]);
      forbidden.add(path[1]);
    }
    assertThat(forbidden).hasSizeGreaterThan(100);
    List<String> found = new ArrayList<>();
    for (String folder :
        List.of("../codec/src/main", "../eval/src/main", "src/main", "../conf", "../bin")) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        for (Path file :
            (Iterable<Path>)
                files.filter(Files::isRegularFile).filter(f -> !f.startsWith(FETCHING))::iterator) {
          String text = Files.readString(file, StandardCharsets.ISO_8859_1);
          forbidden.stream()
              .filter(text::contains)
              .distinct()
              .forEach(f -> found.add(file + ": " + f));
        }
      }
    }
    assertThat(found).isEmpty();
  }
}
