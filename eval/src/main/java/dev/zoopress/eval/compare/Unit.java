package dev.zoopress.eval.compare;

import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.task.ExampleSet;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.eval.task.TaskSettings;
import java.io.Serializable;

/**
 * A piece of work: a stage of one model, for tasks some of the examples.
 *
 * @param examples empty for {@link Stage#BYTES}
 */
public record Unit(
    String model,
    Stage stage,
    TaskKind kind,
    SideSpec a,
    SideSpec b,
    ExampleSet examples,
    TaskSettings tasks,
    SessionSettings session)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What is done with a model. */
  public enum Stage {
    /** Digests of files and tensors. */
    BYTES,
    /** Examples on both sides. */
    TASK,
    /** Flipped bits, and each side in a process of its own. */
    CONTROLS
  }
}
