package dev.zoopress.jobs.restore;

import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What is restored and where to.
 *
 * @param models {@code name} or {@code org/name}, each with an optional {@code @revision} (a
 *     revision or its first digits, or a ref); empty: all
 * @param target local path or Hadoop URI of the folder
 * @param file only this file of the models; empty: all files
 */
public record RestoreOptions(
    String store,
    List<String> models,
    String target,
    Layout layout,
    String file,
    Set<Flag> flags,
    String runId) {

  /** Deviations from the default. */
  public enum Flag {
    /** Replace files that have another content. */
    FORCE,
    /** Say what would be written; write nothing. */
    DRY_RUN
  }

  public RestoreOptions {
    Objects.requireNonNull(store);
    Objects.requireNonNull(target);
    Objects.requireNonNull(layout);
    Objects.requireNonNull(file);
    models = List.copyOf(models);
    flags = Set.copyOf(flags);
  }
}
