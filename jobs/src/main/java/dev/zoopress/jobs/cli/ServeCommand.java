package dev.zoopress.jobs.cli;

import dev.zoopress.jobs.serve.HubServer;
import dev.zoopress.jobs.serve.ServeJob;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code serve}: the store as a Hugging Face Hub endpoint, without Spark. */
@Command(
    name = "serve",
    description =
        "Serves the store as a read-only Hugging Face Hub: set HF_ENDPOINT and load as usual.")
final class ServeCommand extends BaseCommand {
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
      defaultValue = "32",
      description = "requests answered at a time; default ${DEFAULT-VALUE}")
  int workers;

  @Option(
      names = "--cache-mib",
      defaultValue = "256",
      description = "decoded bytes kept; default ${DEFAULT-VALUE}")
  int cacheMib;

  @Override
  Outcome run(Invocation invocation) throws Exception {
    String token = tokenFile == null ? "" : Files.readString(tokenFile).strip();
    if (token.isEmpty() && !java.net.InetAddress.getByName(host).isLoopbackAddress()) {
      throw new UsageException(
          "--host " + host + " is not loopback: give --token-file, or put a proxy in front");
    }
    if (workers < 1 || workers > 1024 || cacheMib < 0) {
      throw new UsageException("--workers must be 1 to 1024, --cache-mib not negative");
    }
    try (ObjectStore objects = Stores.open(store, invocation.hadoop())) {
      HubServer.Options options =
          new HubServer.Options(
              host, port, workers, token, keystore == null ? null : tls(keystore));
      CountDownLatch stop = new CountDownLatch(1);
      CountDownLatch stopped = new CountDownLatch(1);
      Thread hook =
          new Thread(
              () -> {
                stop.countDown();
                try {
                  stopped.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      Runtime.getRuntime().addShutdownHook(hook);
      try (HubServer server =
          new ServeJob(Repository.open(objects), options, (long) cacheMib << 20).execute()) {
        String scheme = keystore == null ? "http" : "https";
        spec.commandLine()
            .getErr()
            .println(
                "serving "
                    + store
                    + ": HF_ENDPOINT="
                    + scheme
                    + "://"
                    + host
                    + ":"
                    + server.port());
        spec.commandLine().getErr().flush();
        stop.await();
      }
      stopped.countDown();
    }
    return new Outcome(ExitCode.DONE, json -> {}, out -> {});
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
