package dev.zoopress.eval.task;

import java.io.Serializable;

/**
 * One input.
 *
 * @param index its number in the task, from 0
 * @param other the second text of a pair, empty for single texts
 * @param label the reference: a class in GLUE's order, or a score; NaN where there is none
 * @param subtask the task whose labels apply; for AdvGLUE one of several
 */
public record Example(int index, String text, String other, double label, TaskKind subtask)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
