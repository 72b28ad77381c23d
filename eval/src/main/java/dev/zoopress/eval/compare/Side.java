package dev.zoopress.eval.compare;

import dev.zoopress.eval.model.Head;
import dev.zoopress.eval.model.LoadedTensor;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.onnx.EncoderSession;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.text.TextTokenizer;
import java.io.Closeable;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/** One side of a comparison: its own files, configuration, tokenizer, weights and session. */
public final class Side implements Closeable {
  private final String origin;
  private final EncoderSession session;
  private final TextTokenizer tokenizer;
  private final SortedMap<String, String> buffers = new TreeMap<>();

  private Side(String origin, EncoderSession session, TextTokenizer tokenizer) {
    this.origin = origin;
    this.session = session;
    this.tokenizer = tokenizer;
    for (LoadedTensor weight : session.weights()) {
      buffers.put(weight.entry().name(), weight.sha256());
    }
  }

  /** Reads everything from {@code files}; nothing is taken from another side. */
  public static Side open(ModelFiles files, Head head, SessionSettings settings)
      throws IOException {
    EncoderSession session = EncoderSession.open(files, head, settings);
    try {
      return new Side(files.origin(), session, TextTokenizer.of(files, session.config()));
    } catch (IOException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  public String origin() {
    return origin;
  }

  public EncoderSession session() {
    return session;
  }

  public TextTokenizer tokenizer() {
    return tokenizer;
  }

  /** SHA-256 of each buffer handed to the runtime, by tensor. */
  public SortedMap<String, String> buffers() {
    return buffers;
  }

  @Override
  public void close() throws IOException {
    tokenizer.close();
    session.close();
  }
}
