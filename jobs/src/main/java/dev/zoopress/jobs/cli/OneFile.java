package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.codec.pack.FilePackInfo;
import dev.zoopress.jobs.compress.Progress;
import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.LongConsumer;
import picocli.CommandLine.Option;

/** What {@code pack} and {@code unpack} share: where the result goes, threads, what is told. */
final class OneFile {
  /** What one more thread holds at most; the coders' scratch included. */
  private static final long BYTES_PER_THREAD = 80L << 20;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      description = "file to write, or the folder to put it in")
  String output = "";

  @Option(names = "--force", description = "replace OUT where it exists")
  boolean force;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "default: one per core, as far as the heap allows")
  int threads;

  @Option(names = "--dry-run", description = "do all the work, write nothing")
  boolean dryRun;

  /** Checks what can be checked before the work starts. */
  void check(Path file) {
    if (threads < 0 || threads > 1024) {
      throw new UsageException("--threads " + threads + ": use 1 to 1024");
    }
    if (Files.isDirectory(file)) {
      throw new UsageException(
          file + " is a folder: give one file, or use 'zoopress compress' for a model");
    }
    if (!Files.isRegularFile(file)) {
      throw new CommandException(
          ExitCode.FAILED, "missing", file + ": there is no such file", null);
    }
  }

  /** The file to write; {@code sibling} unless another was asked for. */
  Path target(Path file, Path sibling) throws IOException {
    Path target = output.isEmpty() ? sibling : Path.of(output);
    if (Files.isDirectory(target)) {
      target = target.resolve(sibling.getFileName());
    }
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new CommandException(
          ExitCode.FAILED, "missing", "there is no folder " + folder + ": create it first", null);
    }
    if (Files.exists(target) && Files.isSameFile(file, target)) {
      throw new UsageException(target + " is the input itself: give another -o");
    }
    if (!force && !dryRun && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw inTheWay(target.toString(), null);
    }
    return target;
  }

  static CommandException inTheWay(String target, Throwable cause) {
    return new CommandException(
        ExitCode.FAILED,
        "in-the-way",
        target + " exists already: give another -o, or --force to replace it",
        cause);
  }

  CopyOption[] options() {
    return force ? new CopyOption[] {StandardCopyOption.REPLACE_EXISTING} : new CopyOption[0];
  }

  int threads() {
    long room = Runtime.getRuntime().maxMemory() / BYTES_PER_THREAD - 2;
    int most = Runtime.getRuntime().availableProcessors();
    return threads > 0 ? threads : (int) Math.max(1, Math.min(most, room));
  }

  /** Bytes of the file done, as the progress line shows them. */
  static LongConsumer progress(Invocation invocation, String stage, long totalBytes) {
    return done ->
        invocation
            .progress()
            .update(
                new Progress.Snapshot(stage, done, totalBytes, done < totalBytes ? 0 : 1, 1, 0));
  }

  void write(Path input, Path target, FilePackInfo info, JsonGenerator json) throws IOException {
    json.writeStringField("input", input.toString());
    json.writeStringField("output", dryRun ? "" : target.toString());
    json.writeStringField("name", info.file().path());
    json.writeStringField("format", info.file().format());
    json.writeStringField("sha256", info.file().sha256());
    if (!info.warning().isEmpty()) {
      json.writeStringField("warning", info.warning());
    }
    json.writeArrayFieldStart("models");
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("files", 1);
    json.writeNumberField("frames", info.frames().size());
    json.writeNumberField("sourceBytes", info.file().sizeBytes());
    json.writeNumberField("storedBytes", info.packBytes());
    json.writeNumberField("saved", saved(info));
    json.writeEndObject();
  }

  /** Share of the file that the pack does not need; below 0 where the file was tiny. */
  static double saved(FilePackInfo info) {
    long size = info.file().sizeBytes();
    return size == 0 ? 0 : 1 - (double) info.packBytes() / size;
  }
}
