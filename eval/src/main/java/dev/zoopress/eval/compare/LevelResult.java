package dev.zoopress.eval.compare;

import java.io.Serializable;
import java.util.List;

/**
 * The result of one level.
 *
 * @param compared how many things were compared; a level with none says nothing
 * @param differing how many were not equal
 * @param examples a few of those, for people
 */
public record LevelResult(
    Level level, long compared, long differing, String detail, List<String> examples)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public LevelResult {
    examples = List.copyOf(examples);
  }

  public boolean passed() {
    return differing == 0;
  }
}
