package dev.zoopress.eval.task;

import java.io.Serializable;
import java.util.List;

/**
 * The inputs of a task.
 *
 * @param malformedRows rows of the file that could not be read and were left out
 * @param note what a reader should know, or empty
 */
public record ExampleSet(TaskKind kind, List<Example> examples, int malformedRows, String note)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public ExampleSet {
    examples = List.copyOf(examples);
  }

  /** The first {@code limit} inputs. */
  public ExampleSet limit(int limit) {
    return examples.size() <= limit
        ? this
        : new ExampleSet(
            kind,
            examples.subList(0, limit),
            malformedRows,
            (note.isEmpty() ? "" : note + "; ") + "first " + limit + " of " + examples.size());
  }
}
