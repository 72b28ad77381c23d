package dev.zoopress.jobs.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code zipnn}: files of the ZipNN package, both ways. */
@Command(
    name = "zipnn",
    mixinStandardHelpOptions = true,
    description = "Reads and writes ZipNN files.",
    subcommands = {
      ZipnnImportCommand.class,
      ZipnnExportCommand.class,
      ZipnnCompressCommand.class,
      ZipnnDecompressCommand.class
    })
final class ZipnnCommand implements Runnable {
  @Spec CommandSpec spec;

  @Override
  public void run() {
    CommandLine line = spec.commandLine();
    throw new ParameterException(line, "zipnn import, export, compress or decompress?");
  }
}
