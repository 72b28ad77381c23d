package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;

/** What one call of the command line gave. */
public record Called(int code, String out, String err) {

  public static Called zoopress(Object... arguments) {
    String[] text = new String[arguments.length];
    for (int i = 0; i < text.length; i++) {
      text[i] = arguments[i].toString();
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Zoopress.run(text, new PrintWriter(out), new PrintWriter(err));
    return new Called(code, out.toString(), err.toString());
  }

  /** Calls with {@code --json --progress none}. */
  public static Called json(Object... arguments) {
    Object[] all = java.util.Arrays.copyOf(arguments, arguments.length + 3);
    all[arguments.length] = "--json";
    all[arguments.length + 1] = "--progress";
    all[arguments.length + 2] = "none";
    return zoopress(all);
  }

  public JsonNode document() throws IOException {
    return new ObjectMapper()
        .enable(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .readTree(out);
  }
}
