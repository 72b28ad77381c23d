package dev.zoopress.jobs.faults;

import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.cli.Called;
import dev.zoopress.jobs.store.S3Server;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * One JVM that compresses, verifies, restores, deletes and collects in a loop over S3 with faults,
 * and a serving process beside it, each measured after every round: {@code Soak SOURCE FOLDER
 * MINUTES SHARE ZOOPRESS}. Writes {@code FOLDER/gauges.csv}; exit 1 at the first wrong byte.
 */
public final class Soak {
  private static final int TRIES = 4;
  private static final List<Fault> FAULTS =
      List.of(
          Fault.LATENCY,
          Fault.SLOW_DOWN,
          Fault.SERVER_ERROR,
          Fault.RESET,
          Fault.CUT_UPLOAD,
          Fault.CUT_ANSWER,
          Fault.LOST_ANSWER,
          Fault.TAKEN);

  private final Path folder;
  private final FaultZoo zoo;
  private final FaultProxy proxy;
  private final double share;
  private final String store;
  private final Map<String, String> settings;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, Integer> outcomes = new TreeMap<>();

  private Soak(
      Path folder, FaultZoo zoo, FaultProxy proxy, double share, Map<String, String> settings) {
    this.folder = folder;
    this.zoo = zoo;
    this.proxy = proxy;
    this.share = share;
    this.store = "s3a://soak/store";
    this.settings = settings;
  }

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[1]).toAbsolutePath();
    FaultZoo zoo = new FaultZoo(Path.of(args[0]).toAbsolutePath(), folder.resolve("zoo"));
    int code = 1;
    try (S3Server server = S3Server.start(Files.createDirectories(folder.resolve("s3")));
        FaultProxy proxy = new FaultProxy(server.endpoint())) {
      server.bucket("soak");
      Soak soak =
          new Soak(
              folder,
              zoo,
              proxy,
              Double.parseDouble(args[3]),
              FaultSpark.settings(proxy.endpoint(), folder));
      soak.run(Double.parseDouble(args[2]) * 60, Path.of(args[4]).toAbsolutePath());
      code = 0;
    } catch (Throwable t) {
      t.printStackTrace(System.out);
    }
    System.exit(code);
  }

  private void run(double seconds, Path zoopress) throws Exception {
    SparkSession spark =
        FaultSpark.start(
            proxy.endpoint(),
            folder,
            "local[2]",
            Map.of(
                // What Spark keeps of finished jobs for its pages is full before the last third.
                "spark.ui.retainedJobs", "100",
                "spark.ui.retainedStages", "100",
                "spark.ui.retainedTasks", "1000",
                "spark.sql.ui.retainedExecutions", "20"));
    List<Path> temporary = Stream.of("tmp", "spark", "hadoop").map(folder::resolve).toList();
    expect(0, "compress", zoo.folder(), "--store", store, "--effort", "fast");
    try (Served served = Served.start(zoopress, store, settings, folder);
        PrintWriter csv = new PrintWriter(Files.newBufferedWriter(folder.resolve("gauges.csv")))) {
      Gauges own = new Gauges(ProcessHandle.current().pid(), temporary);
      Gauges other = new Gauges(served.pid(), List.of(folder.resolve("serve-tmp")));
      ActiveClock clock = new ActiveClock();
      csv.println("seconds,faults,own," + Gauges.NAMES + ",serve," + Gauges.NAMES);
      for (int round = 1; clock.seconds() < seconds; round++) {
        double start = clock.seconds();
        round(round, served);
        String row =
            "%.1f,%d,own,%s,serve,%s"
                .formatted(clock.seconds(), proxy.log().injected(), own.values(), other.values());
        csv.println(row);
        csv.flush();
        System.out.printf(
            "round %d, %.1f s: %s %s%n", round, clock.seconds() - start, row, outcomes);
        Thread.sleep((long) (500 * (clock.seconds() - start)));
      }
    }
    summary();
    spark.stop();
  }

  private void summary() {
    StringBuilder faults = new StringBuilder();
    for (Fault fault : FAULTS) {
      faults.append(" %s %d".formatted(fault, proxy.log().injected(fault)));
    }
    System.out.printf(
        "requests %d, faults %d:%s; outcomes %s%n",
        proxy.log().requests(), proxy.log().injected(), faults, outcomes);
  }

  private void round(int round, Served served) throws Exception {
    proxy.follow(FaultPlan.some(round, share, FAULTS));
    String model = zoo.change(round % 4);
    expect(0, "compress", zoo.folder(), "--store", store, "--effort", "fast");
    expect(0, "verify", "--store", store, "--full", "--against", zoo.folder());
    Path back = folder.resolve("back");
    expect(0, "restore", "--store", store, "--to", back);
    String different = zoo.different(back);
    if (different != null) {
      throw new IllegalStateException("came back wrong: " + different);
    }
    FaultZoo.clear(back);
    download(model, served);
    if (round % 3 == 0 && zoo.remove((round + 1) % 4)) {
      expect(0, "delete", "changing/m" + (round + 1) % 4, "--store", store, "--yes");
    }
    expect(0, "gc", "--store", store, "--grace", "PT0S");
    if (round % 5 == 0) {
      expect(0, "stats", "--store", store, "--by", "model");
      expect(0, "optimize", "--store", store, "--budget", "32MiB");
    }
    proxy.follow(FaultPlan.NONE);
  }

  /** A command that fails with faults is called again; wrong is what never ends well. */
  private void expect(int code, Object... command) {
    List<String> said = new ArrayList<>();
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      proxy.log().begin();
      Called called = Called.zoopress(command);
      outcomes.merge(command[0] + " " + called.code(), 1, Integer::sum);
      if (called.code() == code) {
        return;
      }
      said.add(called.code() + ": " + called.err() + called.out());
      System.out.println(command[0] + " exit " + said.get(said.size() - 1).strip());
    }
    throw new IllegalStateException(command[0] + " fails again and again: " + said);
  }

  private void download(String model, Served served) throws Exception {
    List<Path> files;
    try (Stream<Path> all = Files.walk(zoo.folder().resolve(model))) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String url = served.url() + "/" + model + "/resolve/main/" + file.getFileName();
      String wanted = SmallStore.sha256(Files.readAllBytes(file));
      boolean same = false;
      for (int attempt = 1; !same && attempt <= TRIES; attempt++) {
        String key;
        try {
          HttpResponse<byte[]> answer =
              http.send(
                  HttpRequest.newBuilder(URI.create(url)).build(),
                  HttpResponse.BodyHandlers.ofByteArray());
          same = answer.statusCode() == 200 && SmallStore.sha256(answer.body()).equals(wanted);
          if (answer.statusCode() == 200 && !same) {
            throw new IllegalStateException(url + " gave other bytes");
          }
          key = "download " + answer.statusCode();
        } catch (IOException | UncheckedIOException e) {
          key = "download cut";
        }
        outcomes.merge(key, 1, Integer::sum);
      }
      if (!same) {
        throw new IllegalStateException(url + " cannot be had");
      }
    }
  }

  /** {@code zoopress serve} as a process. */
  private record Served(Process process, String url) implements AutoCloseable {
    static Served start(Path zoopress, String store, Map<String, String> settings, Path folder)
        throws IOException, InterruptedException {
      List<String> command =
          new ArrayList<>(List.of(zoopress.toString(), "serve", "--store", store, "--port", "0"));
      settings.forEach((k, v) -> command.addAll(List.of("--conf", "spark.hadoop." + k + "=" + v)));
      Path said = folder.resolve("serve.log");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
      Path tmp = Files.createDirectories(folder.resolve("serve-tmp"));
      builder.environment().put("ZOOPRESS_HEAP", "512m");
      builder
          .environment()
          .put("ZOOPRESS_OPTS", "-Xms512m -XX:+AlwaysPreTouch -Djava.io.tmpdir=" + tmp);
      Process process = builder.start();
      for (int i = 0; i < 3000 && process.isAlive(); i++) {
        String text = Files.readString(said);
        int at = text.indexOf("HF_ENDPOINT=");
        if (at >= 0 && text.indexOf('\n', at) > 0) {
          return new Served(process, text.substring(at + 12, text.indexOf('\n', at)).strip());
        }
        Thread.sleep(200);
      }
      process.destroyForcibly();
      throw new IOException("serve did not start: " + Files.readString(said));
    }

    long pid() {
      return process.pid();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
