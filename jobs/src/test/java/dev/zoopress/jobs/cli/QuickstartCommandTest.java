package dev.zoopress.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.quickstart.SampleModel;
import dev.zoopress.jobs.quickstart.SampleModel.Part;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** With a small jar that the build has fetched anyway; through the real Maven. */
final class QuickstartCommandTest {
  private static final String COORDINATE =
      "info.picocli:picocli:" + CommandLine.VERSION.replaceAll(" .*", "");
  private static SampleModel model;

  @TempDir Path folder;

  @BeforeAll
  static void describeTheJar() throws Exception {
    TestSpark.session();
    Path jar =
        Path.of(CommandLine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (ZipFile zip = new ZipFile(jar.toFile());
        InputStream in = zip.getInputStream(zip.getEntry("picocli/CommandLine.class"))) {
      byte[] entry = in.readAllBytes();
      Part part = new Part("picocli/CommandLine.class", "a/model.bin", entry.length, sha(entry));
      String sha256 = sha(Files.readAllBytes(jar));
      model = new SampleModel("org/sample", "Apache-2.0", COORDINATE, sha256, List.of(part));
    }
  }

  private static String sha(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private Called quickstart(SampleModel sample, String... more) {
    CommandLine line = new CommandLine(new QuickstartCommand(sample));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    String[] all = java.util.Arrays.copyOf(more, more.length + 2);
    all[more.length] = "--dir";
    all[more.length + 1] = folder.resolve("q").toString();
    int code = line.execute(all);
    return new Called(code, out.toString(), err.toString());
  }

  @Test
  void triesEverythingAndAgainWithoutMaven() throws Exception {
    Called first = quickstart(model);
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out()).contains("saved").contains("equal byte for byte").contains("STORE");
    assertThat(first.err()).contains("$ zoopress compress").contains("fetching " + COORDINATE);
    assertThat(folder.resolve("q/restored/org/sample/a/model.bin"))
        .hasSameBinaryContentAs(folder.resolve("q/models/org/sample/a/model.bin"));
    SampleModel gone =
        new SampleModel(model.name(), model.licence(), "no.such:jar:1", "0", model.files());
    Called second = quickstart(gone, "--json");
    assertThat(second.code()).as(second.err()).isZero();
    JsonNode document = new ObjectMapper().readTree(second.out());
    assertThat(document.get("schema").asText()).isEqualTo("zoopress/quickstart/1");
    assertThat(document.get("filesCompared").asInt()).isEqualTo(1);
  }

  @Test
  void refusesAnotherJarAndAChangedFile() throws Exception {
    Part part = model.files().get(0);
    SampleModel other =
        new SampleModel(model.name(), "", COORDINATE, "0".repeat(64), model.files());
    Called damaged = quickstart(other);
    assertThat(damaged.code()).isEqualTo(1);
    assertThat(damaged.err()).contains(COORDINATE + ": SHA-256 is");
    Path file = folder.resolve("q/models/org/sample").resolve(part.path());
    assertThat(file).doesNotExist();
    Files.createDirectories(file.getParent());
    Files.writeString(file, "mine");
    Called changed = quickstart(model);
    assertThat(changed.code()).isEqualTo(1);
    assertThat(changed.err()).contains(file.toString()).contains("--dir");
    assertThat(file).hasContent("mine");
  }

  @Test
  void saysWhyMavenFailed() {
    SampleModel none =
        new SampleModel("a/b", "", "info.picocli:picocli:0.0.0-none", "0", model.files());
    Called called = quickstart(none);
    assertThat(called.code()).isEqualTo(1);
    assertThat(called.err()).contains("Maven could not get info.picocli:picocli:0.0.0-none");
  }
}
