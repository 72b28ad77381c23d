package dev.zoopress.jobs.cli;

import dev.zoopress.codec.zipnn.ZipnnTensors.Plain;
import dev.zoopress.jobs.zipnn.CopyJob;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "import",
    description = "Decodes one ZipNN file (.znn, .znn.safetensors) to a file of its own.")
final class ZipnnImportCommand extends BaseCommand {
  @Parameters(paramLabel = "FILE", description = "a .znn or .znn.safetensors file")
  Path file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      description = "file or folder; default: beside FILE, without the ending")
  Path out;

  @Option(names = "--base", paramLabel = "FILE", description = "what a delta file was made against")
  Path base;

  @Option(
      names = "--repair",
      description =
          "move sign bits back in plain F32 and BF16 tensors: only for files that ZipNN's own"
              + " safetensors script wrote")
  boolean repair;

  @Option(names = "--force", description = "replace OUT")
  boolean force;

  @Override
  String name() {
    return "zipnn-import";
  }

  @Override
  Outcome run(Invocation invocation) throws IOException {
    return ZipnnOutcome.of(
        new CopyJob(
                file,
                out,
                ZipnnCoding.decoding(repair ? Plain.REPAIR : Plain.KEEP, base),
                force ? CopyJob.Existing.REPLACE : CopyJob.Existing.KEEP)
            .execute(),
        "");
  }
}
