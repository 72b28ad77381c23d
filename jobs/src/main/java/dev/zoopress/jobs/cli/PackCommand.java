package dev.zoopress.jobs.cli;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.pack.FilePack;
import dev.zoopress.codec.pack.FilePackInfo;
import dev.zoopress.codec.pack.LocalFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pack}: one file, without a store and without Spark. */
@Command(
    name = "pack",
    description = {
      "Packs one file losslessly, without a store; 'unpack' brings it back.",
      "Each part is decoded again and compared before FILE.zpk appears. FILE stays as it is."
    })
final class PackCommand extends BaseCommand {
  @Mixin final OneFile options = new OneFile();

  @Parameters(paramLabel = "FILE", description = "such as model.safetensors; any file will do")
  Path file;

  @Option(
      names = "--effort",
      paramLabel = "EFFORT",
      defaultValue = "best",
      description = "best (smaller) or fast (Huffman only); default ${DEFAULT-VALUE}")
  Effort effort = Effort.BEST;

  @Override
  Outcome run(Invocation invocation) throws IOException {
    options.check(file);
    Path target = options.target(file, file.resolveSibling(file.getFileName() + ".zpk"));
    long start = System.nanoTime();
    FilePackInfo info = pack(target, OneFile.progress(invocation, "pack", Files.size(file)));
    invocation.seconds().put("wall", (System.nanoTime() - start) / 1e9);
    return new Outcome(
        ExitCode.DONE,
        json -> options.write(file, target, info, json),
        out -> print(target, info, out));
  }

  private FilePackInfo pack(Path target, LongConsumer progress) throws IOException {
    if (!options.dryRun) {
      try {
        return FilePack.pack(file, target, effort, options.threads(), progress, options.options());
      } catch (FileAlreadyExistsException e) {
        throw OneFile.inTheWay(target.toString(), e);
      }
    }
    try (LocalFile source = LocalFile.open(file);
        OutputStream nowhere = OutputStream.nullOutputStream()) {
      String name = file.getFileName().toString();
      return FilePack.pack(source, name, nowhere, effort, options.threads(), progress);
    }
  }

  private void print(Path target, FilePackInfo info, PrintWriter out) {
    if (!info.warning().isEmpty()) {
      out.println("note: stored as plain bytes: " + Table.printable(info.warning()));
    }
    String name = options.dryRun ? "would be" : Table.printable(target + ":");
    out.println(
        (options.dryRun ? "the pack " : "")
            + name
            + " "
            + Format.bytes(info.packBytes())
            + " of "
            + Format.bytes(info.file().sizeBytes())
            + " ("
            + info.file().format()
            + "), saved "
            + Format.percent(OneFile.saved(info)));
  }
}
