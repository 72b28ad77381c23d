package dev.zoopress.jobs.cli;

import dev.zoopress.jobs.zipnn.InPlaceJob.Flag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where files are converted in place. */
final class ZipnnPlaceOptions {
  @Parameters(
      arity = "0..1",
      paramLabel = "PATH",
      description = "a folder, a snapshot of a cache, or one file")
  Path path;

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = "a model of the Hugging Face cache, instead of PATH")
  String model = "";

  @Option(
      names = "--model-branch",
      defaultValue = "main",
      paramLabel = "REF",
      description = "which ref of it; default ${DEFAULT-VALUE}")
  String branch;

  @Option(
      names = "--cache-dir",
      paramLabel = "DIR",
      description = "the cache; default: HF_HUB_CACHE, HF_HOME/hub or ~/.cache/huggingface/hub")
  Path cacheDir;

  @Option(
      names = "--hf-cache",
      description = "insist that PATH lies in a Hugging Face cache (it is found out anyway)")
  boolean cache;

  @Option(
      names = {"-r", "--recursive"},
      description = "folders below PATH too")
  boolean recursive;

  @Option(
      names = "--delete",
      description = "remove the originals, when the new files were compared and are safe on disk")
  boolean delete;

  @Option(names = "--force", description = "replace targets that hold something else")
  boolean force;

  @Option(names = "--dry-run", description = "say what would be done")
  boolean dryRun;

  Path root() throws IOException {
    if ((path == null) == model.isEmpty()) {
      throw new UsageException("give PATH or --model ID");
    }
    if (path != null) {
      Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
      if (cache && !folder.toAbsolutePath().normalize().getParent().endsWith("snapshots")) {
        throw new UsageException(
            path
                + " is no snapshot of a Hugging Face cache: give models--ORG--NAME/snapshots/COMMIT");
      }
      return path;
    }
    if (!model.matches("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
        || !branch.matches("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
        || branch.contains("..")) {
      throw new UsageException("--model " + model + " --model-branch " + branch + ": no such name");
    }
    Path repository = cacheRoot().resolve("models--" + model.replace("/", "--"));
    Path ref = repository.resolve("refs").resolve(branch);
    if (!Files.isRegularFile(ref)) {
      throw new UsageException(
          "the cache holds no " + model + " at " + branch + " (" + ref + " is missing)");
    }
    String commit = Files.readString(ref).strip();
    if (!commit.matches("[0-9a-f]{40}")) {
      throw new UsageException(ref + ": holds no commit");
    }
    return repository.resolve("snapshots").resolve(commit);
  }

  private Path cacheRoot() {
    if (cacheDir != null) {
      return cacheDir;
    }
    String cacheEnv = System.getenv("HF_HUB_CACHE");
    if (cacheEnv != null && !cacheEnv.isEmpty()) {
      return Path.of(cacheEnv);
    }
    String home = System.getenv("HF_HOME");
    return home != null && !home.isEmpty()
        ? Path.of(home, "hub")
        : Path.of(System.getProperty("user.home"), ".cache", "huggingface", "hub");
  }

  Set<Flag> flags() {
    Set<Flag> flags = EnumSet.noneOf(Flag.class);
    add(flags, recursive, Flag.RECURSIVE);
    add(flags, delete, Flag.DELETE);
    add(flags, force, Flag.FORCE);
    add(flags, dryRun, Flag.DRY_RUN);
    return flags;
  }

  private static void add(Set<Flag> flags, boolean given, Flag flag) {
    if (given) {
      flags.add(flag);
    }
  }
}
