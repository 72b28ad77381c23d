package dev.zoopress.jobs.cli;

import dev.zoopress.jobs.zipnn.CopyJob;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "export",
    description = "Writes one file as a ZipNN file that the ZipNN package reads.")
final class ZipnnExportCommand extends BaseCommand {
  @Parameters(paramLabel = "FILE", description = "a safetensors file, or any file")
  Path file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      description = "file or folder; default: beside FILE")
  Path out;

  @Option(
      names = "--base",
      paramLabel = "FILE",
      description =
          "write the difference from this file, with --file-compression; the package's script"
              + " takes deltas as float32")
  Path base;

  @Mixin final ZipnnCoding coding = new ZipnnCoding();

  @Option(names = "--force", description = "replace OUT")
  boolean force;

  @Override
  String name() {
    return "zipnn-export";
  }

  @Override
  Outcome run(Invocation invocation) throws IOException {
    if (coding.whole) {
      coding.suffix = ending(file.getFileName().toString());
    }
    return ZipnnOutcome.of(
        new CopyJob(
                file,
                out,
                coding.conversion(base),
                force ? CopyJob.Existing.REPLACE : CopyJob.Existing.KEEP)
            .execute(),
        "");
  }

  private static String ending(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot);
  }
}
