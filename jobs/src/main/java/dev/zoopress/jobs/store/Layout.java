package dev.zoopress.jobs.store;

/** Where things lie in a repository. */
final class Layout {
  static final String ROOT = "zoopress.json";
  static final String PACKS = "packs/";
  static final String MANIFESTS = "manifests/";
  static final String MODELS = "models/";
  static final String RUNS = "runs/";
  static final String GARBAGE = "gc/";
  static final String PACK_END = ".zpk";
  static final String MANIFEST_END = ".json.zst";

  private Layout() {}

  /** Generation 0 has the plain name; later ones stand in for a name that gc had condemned. */
  static String pack(String id, int generation) {
    return content(PACKS, id, generation, PACK_END);
  }

  static String manifest(String id, int generation) {
    return content(MANIFESTS, id, generation, MANIFEST_END);
  }

  private static String content(String folder, String id, int generation, String end) {
    checkId(id);
    String middle = generation == 0 ? "" : "." + generation;
    return folder + id.substring(0, 2) + "/" + id + middle + end;
  }

  static String checkId(String id) {
    if (!id.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("not the id of an object: '" + id + "'");
    }
    return id;
  }

  static String model(String model) {
    return MODELS + KeyName.encode("model name", model) + "/";
  }

  static String revision(String model, String revision) {
    return model(model) + shortName("revision", revision) + "/";
  }

  static String refs(String model) {
    return model(model) + "refs/";
  }

  static String ref(String model, String ref) {
    return refs(model) + shortName("ref", ref) + "/";
  }

  static String numbered(String folder, int n) {
    return folder + n + ".json";
  }

  /** The number in {@code 17.json}, or -1 if the name is no number's. */
  static int number(String name) {
    return name.matches("[1-9][0-9]{0,8}\\.json")
        ? Integer.parseInt(name.substring(0, name.length() - 5))
        : -1;
  }

  static String run(String run) {
    if (!run.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
      throw new IllegalArgumentException(
          "run id must be 1 to 100 of [A-Za-z0-9._-] and start with a letter or digit: '"
              + run.replaceAll("[^\\x20-\\x7e]", "?")
              + "'");
    }
    return RUNS + run + "/";
  }

  private static String shortName(String what, String name) {
    String encoded = KeyName.encode(what, name);
    if (encoded.length() > KeyName.SEGMENT) {
      throw new IllegalArgumentException(
          what
              + " must have at most "
              + KeyName.SEGMENT
              + " bytes when percent-encoded, this one has "
              + encoded.length());
    }
    return encoded;
  }
}
