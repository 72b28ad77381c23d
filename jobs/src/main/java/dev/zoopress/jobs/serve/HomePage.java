package dev.zoopress.jobs.serve;

import dev.zoopress.codec.manifest.FileEntry;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The page for people: which models are here, how large they are, and the command that loads one.
 */
final class HomePage implements HttpHandler {
  private static final int MAX_MODELS = 500;

  private final Catalog catalog;

  HomePage(Catalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    List<String> names = new ArrayList<>();
    catalog.models(names::add);
    String endpoint = exchange.getRequestScheme() + "://" + exchange.getHostAndPort();
    StringBuilder rows = new StringBuilder();
    for (String name : names.subList(0, Math.min(MAX_MODELS, names.size()))) {
      Optional<Snapshot> snapshot = catalog.listed(name);
      if (snapshot.isPresent()) {
        row(rows, snapshot.get());
      }
    }
    String more =
        names.size() > MAX_MODELS ? "<p>and " + (names.size() - MAX_MODELS) + " more</p>" : "";
    byte[] page =
        """
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>Zoopress</title><style>
        :root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
        table{border-collapse:collapse;width:100%%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #8884}
        td.n{text-align:right;font-variant-numeric:tabular-nums}code{background:#8882;padding:.1rem .3rem;border-radius:.3rem}
        </style><h1>Models in this store</h1>
        <p>Load any of them as usual: <code>export HF_ENDPOINT=%s</code>, then for example
        <code>hf download MODEL</code> or <code>AutoModel.from_pretrained("MODEL")</code>.</p>
        <table><thead><tr><th>model</th><th>files</th><th>size</th><th>commit</th></tr></thead><tbody>%s</tbody></table>%s
        """
            .formatted(escape(endpoint), rows, more)
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/html; charset=utf-8");
    exchange
        .getResponseHeaders()
        .put(Headers.CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'");
    exchange.setResponseContentLength(page.length);
    exchange.getOutputStream().write(page);
  }

  private static void row(StringBuilder rows, Snapshot snapshot) {
    long bytes = snapshot.files().values().stream().mapToLong(FileEntry::sizeBytes).sum();
    rows.append("<tr><td><a href=\"/api/models/")
        .append(escape(snapshot.model()))
        .append("/tree/main?recursive=true\">");
    rows.append(escape(snapshot.model()))
        .append("</a></td><td class=n>")
        .append(snapshot.files().size());
    rows.append("</td><td class=n>").append(size(bytes)).append("</td><td><code>");
    rows.append(escape(snapshot.commit().substring(0, 12))).append("</code></td></tr>");
  }

  private static String size(long bytes) {
    return bytes < 1_000_000
        ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
        : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
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
