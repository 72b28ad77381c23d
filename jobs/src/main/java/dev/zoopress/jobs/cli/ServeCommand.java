package dev.zoopress.jobs.cli;

import dev.zoopress.jobs.serve.HubServer;
import dev.zoopress.jobs.serve.Limits;
import dev.zoopress.jobs.serve.ServeJob;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.hadoop.util.ShutdownHookManager;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code serve}: the store as a Hugging Face Hub endpoint, without Spark. */
@Command(
    name = "serve",
    description =
        "Serves the store as a read-only Hugging Face Hub: set HF_ENDPOINT and load as usual.")
final class ServeCommand extends BaseCommand {
  private static final int HOOK_PRIORITY = 60;

  @Option(names = "--store", required = true, paramLabel = "STORE", description = "the store")
  String store;

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "0 takes a free one; default ${DEFAULT-VALUE}")
  int port;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "address to listen on; default ${DEFAULT-VALUE}")
  String host;

  @Option(
      names = "--token-file",
      description =
          "clients must send the token in this file; needed for any but a loopback address")
  Path tokenFile;

  @Option(
      names = "--tls-keystore",
      description = "PKCS#12 file with the server's key; its password in ZOOPRESS_TLS_PASSWORD")
  Path keystore;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "requests answered at a time, further ones wait; default 128")
  Integer workers;

  @Option(
      names = "--cache-mib",
      paramLabel = "MIB",
      description = "decoded bytes kept for small ranges; default 256, or a quarter of the heap")
  Integer cacheMib;

  @Option(
      names = "--ahead-mib",
      paramLabel = "MIB",
      description =
          "decoded bytes of long transfers, read ahead and shared; default 128, or an eighth of the"
              + " heap")
  Integer aheadMib;

  @Override
  Outcome run(Invocation invocation) throws Exception {
    String token = tokenFile == null ? "" : Files.readString(tokenFile).strip();
    if (token.isEmpty() && !java.net.InetAddress.getByName(host).isLoopbackAddress()) {
      throw new UsageException(
          "--host " + host + " is not loopback: give --token-file, or put a proxy in front");
    }
    Limits limits = limits();
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    try (ObjectStore objects = Stores.open(store, invocation.hadoop());
        HubServer server = start(Repository.open(objects), token, limits)) {
      // Before Hadoop's own hook, which closes the store under transfers that may still end.
      ShutdownHookManager.get()
          .addShutdownHook(() -> endOf(stop, stopped), HOOK_PRIORITY, 30, TimeUnit.SECONDS);
      String scheme = keystore == null ? "http" : "https";
      PrintWriter err = spec.commandLine().getErr();
      err.println(
          "serving " + store + ": HF_ENDPOINT=" + scheme + "://" + host + ":" + server.port());
      err.println(memory(limits));
      err.flush();
      stop.await();
    } finally {
      stopped.countDown();
    }
    return new Outcome(ExitCode.DONE, json -> {}, out -> {});
  }

  private HubServer start(Repository repository, String token, Limits limits)
      throws IOException, GeneralSecurityException {
    HubServer.Address address =
        new HubServer.Address(host, port, token, keystore == null ? null : tls(keystore));
    try {
      return new ServeJob(repository, address, limits).execute();
    } catch (RuntimeException e) {
      if (e.getCause() instanceof BindException) {
        throw new UsageException(
            host + ":" + port + ": " + e.getCause().getMessage() + ": choose another --port");
      }
      throw e;
    }
  }

  private static void endOf(CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Limits limits() {
    Limits usual =
        Limits.of(Runtime.getRuntime().availableProcessors(), Runtime.getRuntime().maxMemory());
    int most = workers == null ? usual.workers() : workers;
    long cache = cacheMib == null ? usual.cacheBytes() : (long) cacheMib << 20;
    long ahead = aheadMib == null ? usual.aheadBytes() : (long) aheadMib << 20;
    if (most < 1 || most > 4096 || cache < 0 || ahead < 0) {
      throw new UsageException(
          "--workers must be 1 to 4096, --cache-mib and --ahead-mib not negative");
    }
    return usual.with(most, cache, ahead);
  }

  private static String memory(Limits limits) {
    long bound = limits.boundBytes() >> 20;
    long heap = Runtime.getRuntime().maxMemory() >> 20;
    String line = "memory: at most " + bound + " MiB, heap " + heap + " MiB";
    return bound <= heap
        ? line
        : line + ": raise ZOOPRESS_HEAP, or lower --cache-mib, --ahead-mib or --workers";
  }

  private static SSLContext tls(Path keystore) throws IOException, GeneralSecurityException {
    char[] password = System.getenv().getOrDefault("ZOOPRESS_TLS_PASSWORD", "").toCharArray();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keystore)) {
      keys.load(in, password);
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}
