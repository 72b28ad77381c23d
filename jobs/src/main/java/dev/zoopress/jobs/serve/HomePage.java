package dev.zoopress.jobs.serve;

import dev.zoopress.codec.manifest.FileEntry;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pages for people: at {@code /} which models are here, how large they are and what was saved; at a
 * model's name its files and the commands that load it.
 */
final class HomePage {
  private static final int MAX_MODELS = 500;

  private static final String HEAD =
      """
      <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>%s</title><style>
      :root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
      table{border-collapse:collapse;width:100%%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #8884}
      .n{text-align:right;font-variant-numeric:tabular-nums}code{background:#8882;padding:.1rem .3rem;border-radius:.3rem}
      pre{background:#8882;padding:.6rem;border-radius:.3rem;overflow-x:auto}td{overflow-wrap:anywhere}
      </style>
      """;

  private final Catalog catalog;
  private final ConcurrentHashMap<String, Sizes> sizes = new ConcurrentHashMap<>();

  /** What a row of the list shows, kept so that the list does not read manifests again. */
  private record Sizes(int files, long bytes, long stored) {
    static Sizes of(Snapshot snapshot) {
      long stored = snapshot.files().values().stream().mapToLong(Snapshot::storedBytes).sum();
      return new Sizes(snapshot.files().size(), snapshot.sourceBytes(), stored);
    }
  }

  HomePage(Catalog catalog) {
    this.catalog = catalog;
  }

  /** Answers a GET for a page; false where the path is none of a page. */
  boolean answers(HttpServerExchange exchange) throws IOException {
    if (!exchange.getRequestMethod().equals(Methods.GET)) {
      return false;
    }
    List<String> path = RawPath.segments(exchange.getRequestPath());
    if (path == null || path.size() > 2 || (!path.isEmpty() && path.get(0).equals("api"))) {
      return false;
    }
    String endpoint = exchange.getRequestScheme() + "://" + exchange.getHostAndPort();
    if (path.isEmpty()) {
      send(exchange, list(endpoint));
      return true;
    }
    Optional<Snapshot> snapshot = catalog.find(String.join("/", path), "main");
    if (snapshot.isPresent()) {
      send(exchange, model(snapshot.get(), endpoint));
    }
    return snapshot.isPresent();
  }

  private String list(String endpoint) throws IOException {
    List<String> names = catalog.models();
    StringBuilder page = new StringBuilder(HEAD.formatted("Zoopress"));
    page.append(
            "<h1>Models in this store</h1><p>Load any of them as usual: <code>export HF_ENDPOINT=")
        .append(escape(endpoint))
        .append("</code>, then for example <code>hf download MODEL</code> or")
        .append(" <code>AutoModel.from_pretrained(\"MODEL\")</code>.</p>")
        .append("<table><thead><tr><th>model<th class=n>files<th class=n>size<th class=n>stored")
        .append("<th class=n>saved<th>commit</thead><tbody>");
    int shown = 0;
    for (String name : names) {
      if (shown == MAX_MODELS) {
        break;
      }
      Optional<Snapshot> snapshot = catalog.listed(name);
      if (snapshot.isPresent()) {
        row(page, snapshot.get());
        shown++;
      }
    }
    page.append("</tbody></table><p>Chunks that models share count for each of them.</p>");
    if (shown == MAX_MODELS) {
      page.append("<p>The first ").append(MAX_MODELS).append(" of ").append(names.size());
      page.append(" names; <code>/api/models?search=TEXT</code> finds the others.</p>");
    }
    return page.toString();
  }

  private void row(StringBuilder page, Snapshot snapshot) {
    if (sizes.size() > 20 * MAX_MODELS) {
      sizes.clear();
    }
    Sizes size =
        sizes.computeIfAbsent(
            snapshot.model() + "@" + snapshot.commit(), key -> Sizes.of(snapshot));
    page.append("<tr><td><a href=\"/").append(escapePath(snapshot.model())).append("\">");
    page.append(escape(snapshot.model())).append("</a><td class=n>").append(size.files());
    sizes(page, size.bytes(), size.stored());
    page.append("<td><code>").append(snapshot.commit(), 0, 12).append("</code>\n");
  }

  private static void sizes(StringBuilder page, long bytes, long stored) {
    page.append("<td class=n>").append(size(bytes)).append("<td class=n>").append(size(stored));
    double saved = bytes == 0 ? 0 : 100.0 * (bytes - stored) / bytes;
    page.append("<td class=n>").append(String.format(Locale.ROOT, "%.1f %%", saved));
  }

  private static String model(Snapshot snapshot, String endpoint) {
    String name = escape(snapshot.model());
    StringBuilder page = new StringBuilder(HEAD.formatted(name));
    page.append("<p><a href=\"/\">all models</a><h1>").append(name).append("</h1><p>commit <code>");
    page.append(snapshot.commit()).append("</code><h2>Load it</h2><pre>export HF_ENDPOINT=");
    page.append(escape(endpoint)).append("\nhf download ").append(name);
    page.append("\npython -c 'from transformers import AutoModel;")
        .append(" AutoModel.from_pretrained(\"")
        .append(name)
        .append("\")'</pre><h2>Files</h2><table><thead><tr><th>file<th class=n>size")
        .append("<th class=n>stored<th class=n>saved<th>SHA-256</thead><tbody>");
    for (FileEntry file : snapshot.files().values()) {
      page.append("<tr><td><a href=\"/").append(escapePath(snapshot.model()));
      page.append("/resolve/").append(snapshot.commit()).append('/');
      page.append(escapePath(file.path())).append("\">").append(escape(file.path())).append("</a>");
      sizes(page, file.sizeBytes(), Snapshot.storedBytes(file));
      page.append("<td><code>").append(file.sha256(), 0, 12).append("</code>\n");
    }
    return page.append("</tbody></table>").toString();
  }

  private static void send(HttpServerExchange exchange, String text) throws IOException {
    byte[] page = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/html; charset=utf-8");
    exchange
        .getResponseHeaders()
        .put(Headers.CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'");
    exchange.setResponseContentLength(page.length);
    exchange.getOutputStream().write(page);
  }

  private static String size(long bytes) {
    return bytes < 1_000_000
        ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
        : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  private static String escapePath(String path) {
    return URLEncoder.encode(path, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
  }

  /** Names come from strangers. */
  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
