package dev.zoopress.jobs.verify;

import java.util.List;

/**
 * What a verification found.
 *
 * @param models every revision that was looked at
 * @param findings what is damaged, the first 10,000
 * @param findingCount all of them
 * @param objects objects read
 * @param files files whose SHA-256 was computed
 * @param chunks chunks decoded and compared with their ids
 * @param bytes what they decode to
 * @param sample the part of the store that was looked at; null unless a sample was asked for
 * @param comparison with the originals; null unless asked for
 */
public record VerifyResult(
    List<VerifiedModel> models,
    List<Finding> findings,
    long findingCount,
    long objects,
    long files,
    long chunks,
    long bytes,
    Sample sample,
    Comparison comparison) {
  /** Models that a finding names at most. */
  public static final int MAX_MODELS = 20;

  public VerifyResult {
    models = List.copyOf(models);
    findings = List.copyOf(findings);
  }

  /**
   * A revision.
   *
   * @param damaged how many findings touch it
   * @param error the first of them; empty where it is sound
   */
  public record VerifiedModel(
      String model, String revision, long files, long sourceBytes, long damaged, String error) {}

  /**
   * A damaged object.
   *
   * @param models {@code model@revision} of those that need the damaged place, the first 20
   * @param modelCount all of them
   * @param fileCount the files of all of them that need it
   */
  public record Finding(Damage damage, List<String> models, long modelCount, long fileCount) {}

  /**
   * The part of a store's chunks that was decoded: those whose place on a ring, 0 to 1 and given by
   * a digest, lies in {@code [from, to)}.
   *
   * @param complete false if time ran out before all of the sample was seen
   */
  public record Sample(double from, double to, boolean complete) {}

  /**
   * The store against a source.
   *
   * @param files files compared
   * @param bytes bytes of the source that were read
   * @param differences {@code model/path: what}, the first 10,000
   */
  public record Comparison(
      String source, long files, long bytes, List<String> differences, long differenceCount) {
    public Comparison {
      differences = List.copyOf(differences);
    }
  }

  /** True if nothing is damaged and nothing differs. */
  public boolean sound() {
    return findingCount == 0 && (comparison == null || comparison.differenceCount() == 0);
  }
}
