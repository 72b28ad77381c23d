package dev.zoopress.eval.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.io.Serializable;

/**
 * How a session runs; the same for both sides, and part of the report.
 *
 * @param threads threads inside an operator, at least 1
 */
public record SessionSettings(int threads) implements Serializable {
  private static final long serialVersionUID = 1L;

  public SessionSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("threads " + threads);
    }
  }

  /** Caller closes. */
  SessionOptions options() throws OrtException {
    SessionOptions options = new SessionOptions();
    options.setExecutionMode(ExecutionMode.SEQUENTIAL);
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.setOptimizationLevel(OptLevel.ALL_OPT);
    options.setDeterministicCompute(true);
    // Weights are as large as they are: in the arena they would be rounded up to a power of two.
    options.addConfigEntry("session.use_device_allocator_for_initializers", "1");
    // Errors come as exceptions; the runtime need not print them too.
    options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    return options;
  }

  /** What reports print. */
  public String describe() {
    return "CPU provider, all optimisations, deterministic, sequential, "
        + threads
        + (threads == 1 ? " thread" : " threads");
  }
}
