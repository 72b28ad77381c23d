package dev.zoopress.eval.compare;

import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.task.Example;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.eval.task.TaskSettings;
import java.io.Serializable;
import java.util.List;

/**
 * What a process of its own is asked: one side and its examples, nothing of the other side.
 *
 * @param answerFile where it writes a list of digests
 */
record WorkerRequest(
    SideSpec side,
    TaskKind kind,
    TaskSettings tasks,
    SessionSettings session,
    List<Example> examples,
    String answerFile)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  WorkerRequest {
    examples = List.copyOf(examples);
  }
}
