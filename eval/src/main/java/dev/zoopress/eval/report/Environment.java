package dev.zoopress.eval.report;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OrtEnvironment;
import dev.zoopress.eval.onnx.SessionSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/** What a run's outputs may depend on. */
public final class Environment {
  private Environment() {}

  /** Of this process. */
  public static Map<String, String> here(SessionSettings session) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Zoopress", version(Environment.class, "development"));
    facts.put("ONNX Runtime", OrtEnvironment.getEnvironment().getVersion());
    facts.put("session", session.describe());
    facts.put("tokenizers (DJL)", tokenizers());
    facts.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("CPU", cpu() + ", " + Runtime.getRuntime().availableProcessors() + " cores");
    return facts;
  }

  private static String version(Class<?> type, String otherwise) {
    return Objects.requireNonNullElse(type.getPackage().getImplementationVersion(), otherwise);
  }

  /** Of the native library and of its binding; in one jar with others only its own file tells. */
  private static String tokenizers() {
    Properties properties = new Properties();
    try (InputStream in =
        HuggingFaceTokenizer.class.getResourceAsStream("/native/lib/tokenizers.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException unreadable) {
      return "unknown";
    }
    return properties.getProperty("version", "unknown");
  }

  /** The processor's name; the architecture where the system does not tell. */
  public static String cpu() {
    Path file = Path.of("/proc/cpuinfo");
    try {
      for (String line :
          Files.isReadable(file) ? Files.readAllLines(file) : java.util.List.<String>of()) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException unreadable) {
      return System.getProperty("os.arch");
    }
    return System.getProperty("os.arch");
  }
}
