package dev.zoopress.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zoopress.codec.manifest.FileEntry;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which request means what. Every model id is {@code name} or {@code owner/name}; routes are told
 * apart by the word behind it.
 */
final class HubRoutes {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> FILE_WORDS = Set.of("resolve", "raw");
  private static final Set<String> API_WORDS =
      Set.of("revision", "tree", "paths-info", "refs", "commits");
  private static final int MAX_BODY_BYTES = 1 << 20;
  private static final int MAX_LISTED = 1000;

  private final Catalog catalog;
  private final FileSender files;

  HubRoutes(Catalog catalog, FileSender files) {
    this.catalog = catalog;
    this.files = files;
  }

  /** Answers one request; returns the number of file bytes sent. */
  long handle(HttpServerExchange exchange) throws IOException, HubError {
    List<String> path = RawPath.segments(exchange.getRequestPath());
    if (path == null) {
      throw HubError.badRequest("the path is not valid percent-encoded UTF-8");
    }
    boolean api = path.size() >= 2 && path.get(0).equals("api");
    if (api && path.get(1).equals("models")) {
      if (path.size() == 2) {
        sendJson(exchange, list(exchange));
      } else {
        sendJson(exchange, model(exchange, path.subList(2, path.size())));
      }
      return 0;
    }
    if (api && path.get(1).equals("agent-harnesses")) {
      ObjectNode none = JsonNodeFactory.instance.objectNode();
      none.putArray("standardEnvVars");
      none.putObject("harnesses");
      sendJson(exchange, none);
      return 0;
    }
    if (api && path.get(1).equals("whoami-v2")) {
      sendJson(exchange, whoami());
      return 0;
    }
    int word = wordAfterId(path, 0, FILE_WORDS);
    if (word > 0 && path.size() >= word + 3) {
      Snapshot snapshot = snapshot(String.join("/", path.subList(0, word)), path.get(word + 1));
      String name = String.join("/", path.subList(word + 2, path.size()));
      FileEntry file = snapshot.files().get(name);
      if (file == null) {
        throw HubError.noEntry(snapshot, name);
      }
      return files.send(exchange, snapshot, file);
    }
    throw HubError.noRoute(exchange.getRequestPath());
  }

  private JsonNode model(HttpServerExchange exchange, List<String> path)
      throws IOException, HubError {
    int word = wordAfterId(path, 0, API_WORDS);
    String model = String.join("/", word > 0 ? path.subList(0, word) : path);
    String verb = word > 0 ? path.get(word) : "revision";
    if (verb.equals("refs")) {
      if (!catalog.exists(model)) {
        throw HubError.noModel(model);
      }
      return HubDocuments.refs(catalog.refs(model));
    }
    Snapshot snapshot =
        snapshot(model, word > 0 && path.size() > word + 1 ? path.get(word + 1) : "main");
    HubDocuments.TreeDetail detail =
        new HubDocuments.TreeDetail(isTrue(exchange, "recursive"), isTrue(exchange, "expand"));
    return switch (verb) {
      case "tree" -> {
        // Python sends a folder's slashes escaped, npm does not: both arrive as one or more
        // segments.
        String folder =
            word + 2 < path.size() ? String.join("/", path.subList(word + 2, path.size())) : "";
        ArrayNode tree = HubDocuments.tree(snapshot, folder, detail);
        if (tree == null) {
          throw HubError.noEntry(snapshot, folder);
        }
        yield tree;
      }
      case "paths-info" -> pathsInfo(exchange, snapshot);
      case "commits" -> commits(snapshot);
      default -> HubDocuments.info(snapshot);
    };
  }

  private static ArrayNode commits(Snapshot snapshot) {
    ArrayNode commits = JsonNodeFactory.instance.arrayNode();
    ObjectNode commit = commits.addObject();
    commit.put("id", snapshot.commit()).put("title", "as stored").put("message", "");
    commit.put("date", "1970-01-01T00:00:00.000Z").putArray("authors");
    return commits;
  }

  private ArrayNode pathsInfo(HttpServerExchange exchange, Snapshot snapshot)
      throws IOException, HubError {
    if (!exchange.getRequestMethod().equals(Methods.POST)) {
      throw HubError.badRequest("paths-info is asked with POST");
    }
    byte[] body = body(exchange);
    String type = exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE);
    List<String> paths = new ArrayList<>();
    boolean expand = false;
    if (type != null && type.startsWith("application/json")) {
      JsonNode document;
      try {
        document = JSON.readTree(body);
      } catch (IOException e) {
        throw HubError.badRequest("the body is not JSON");
      }
      for (JsonNode path : document.path("paths")) {
        paths.add(path.asText());
      }
      expand = document.path("expand").asBoolean();
    } else {
      for (String pair : new String(body, StandardCharsets.UTF_8).split("&")) {
        int equals = pair.indexOf('=');
        String key = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : formValue(pair.substring(equals + 1));
        if (key.equals("paths")) {
          paths.add(value);
        } else if (key.equals("expand")) {
          expand = value.equalsIgnoreCase("true");
        }
      }
    }
    ArrayNode entries = JsonNodeFactory.instance.arrayNode();
    for (String path : paths) {
      ObjectNode entry =
          HubDocuments.entry(snapshot, path, new HubDocuments.TreeDetail(false, expand));
      if (entry != null) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private static String formValue(String encoded) throws HubError {
    try {
      return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw HubError.badRequest("the form is not valid");
    }
  }

  private static byte[] body(HttpServerExchange exchange) throws IOException, HubError {
    InputStream in = exchange.getInputStream();
    byte[] body = in.readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      throw HubError.badRequest("the body is larger than " + MAX_BODY_BYTES + " bytes");
    }
    return body;
  }

  private ArrayNode list(HttpServerExchange exchange) throws IOException {
    String search = query(exchange, "search", "").toLowerCase(Locale.ROOT);
    String author = query(exchange, "author", "");
    int limit = limit(query(exchange, "limit", ""));
    ArrayNode models = JsonNodeFactory.instance.arrayNode();
    for (String name : catalog.models()) {
      if (models.size() == limit) {
        break;
      }
      if (name.toLowerCase(Locale.ROOT).contains(search)
          && (author.isEmpty() || name.startsWith(author + "/"))) {
        catalog.listed(name).ifPresent(snapshot -> models.add(HubDocuments.info(snapshot)));
      }
    }
    return models;
  }

  private static int limit(String text) {
    return text.matches("\\d{1,4}") ? Math.min(MAX_LISTED, Integer.parseInt(text)) : MAX_LISTED;
  }

  private static ObjectNode whoami() {
    ObjectNode who = JsonNodeFactory.instance.objectNode();
    who.put("type", "user").put("name", "reader").putArray("orgs");
    who.putObject("auth").putObject("accessToken").put("displayName", "reader").put("role", "read");
    return who;
  }

  private Snapshot snapshot(String model, String revision) throws IOException, HubError {
    var found = catalog.find(model, revision);
    if (found.isPresent()) {
      return found.get();
    }
    throw catalog.exists(model) ? HubError.noRevision(model, revision) : HubError.noModel(model);
  }

  /**
   * Where the word stands that ends the model's id: second or third segment; 0 where there is none.
   */
  private static int wordAfterId(List<String> path, int from, Set<String> words) {
    for (int i = from + 1; i <= from + 2 && i < path.size(); i++) {
      if (words.contains(path.get(i))) {
        return i;
      }
    }
    return 0;
  }

  private static boolean isTrue(HttpServerExchange exchange, String key) {
    return query(exchange, key, "").equalsIgnoreCase("true")
        || query(exchange, key, "").equals("1");
  }

  private static String query(HttpServerExchange exchange, String key, String absent) {
    Deque<String> values = exchange.getQueryParameters().get(key);
    return values == null || values.isEmpty() ? absent : values.getFirst();
  }

  private static void sendJson(HttpServerExchange exchange, JsonNode document) throws IOException {
    byte[] body = JSON.writeValueAsBytes(document);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json; charset=utf-8");
    exchange.setResponseContentLength(body.length);
    if (!exchange.getRequestMethod().equals(Methods.HEAD)) {
      exchange.getOutputStream().write(body);
    }
  }
}
