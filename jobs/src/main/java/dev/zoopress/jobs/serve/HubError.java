package dev.zoopress.jobs.serve;

/**
 * An answer that is not what was asked for, in the form that hub clients turn into their own error
 * classes.
 */
final class HubError extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final String commit;

  private HubError(int status, String code, String message, String commit) {
    super(message);
    this.status = status;
    this.code = code;
    this.commit = commit;
  }

  static HubError noModel(String model) {
    return new HubError(404, "RepoNotFound", "no model '" + model + "' in this store", null);
  }

  static HubError noRevision(String model, String revision) {
    return new HubError(
        404, "RevisionNotFound", "model '" + model + "' has no revision '" + revision + "'", null);
  }

  /** With the commit a client may remember that the file is absent. */
  static HubError noEntry(Snapshot snapshot, String path) {
    return new HubError(
        404,
        "EntryNotFound",
        "no '" + path + "' in " + snapshot.model() + "@" + snapshot.commit(),
        snapshot.commit());
  }

  static HubError noRoute(String path) {
    return new HubError(404, "RepoNotFound", "nothing is served at '" + path + "'", null);
  }

  static HubError badRequest(String message) {
    return new HubError(400, "BadRequest", message, null);
  }

  static HubError unauthorized() {
    return new HubError(
        401, "GatedRepo", "this server wants a token: Authorization: Bearer ...", null);
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  /** The commit that the error is about; null where it is about none. */
  String commit() {
    return commit;
  }
}
