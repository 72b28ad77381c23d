package dev.zoopress.jobs.cli;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.pack.FilePack;
import dev.zoopress.codec.pack.FilePackInfo;
import dev.zoopress.codec.pack.LocalFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code unpack}: the file that a pack holds, exactly, without Spark. */
@Command(
    name = "unpack",
    description = {
      "Brings back the file that 'pack' packed, byte for byte; its SHA-256 is checked.",
      "--dry-run only checks the pack."
    })
final class UnpackCommand extends BaseCommand {
  private static final String SUFFIX = ".zpk";

  @Mixin final OneFile options = new OneFile();

  @Parameters(paramLabel = "FILE", description = "such as model.safetensors.zpk")
  Path file;

  @Override
  Outcome run(Invocation invocation) throws IOException {
    options.check(file);
    Path target = options.target(file, sibling());
    long start = System.nanoTime();
    FilePackInfo info = unpack(target, invocation);
    invocation.seconds().put("wall", (System.nanoTime() - start) / 1e9);
    return new Outcome(
        ExitCode.DONE,
        json -> options.write(file, target, info, json),
        out -> print(target, info, out));
  }

  private Path sibling() {
    String name = file.getFileName().toString();
    if (name.endsWith(SUFFIX) && name.length() > SUFFIX.length()) {
      return file.resolveSibling(name.substring(0, name.length() - SUFFIX.length()));
    }
    if (options.output.isEmpty() && !options.dryRun) {
      throw new UsageException(file + " does not end with " + SUFFIX + ": say with -o where to");
    }
    return file.resolveSibling(name + ".unpacked");
  }

  private FilePackInfo unpack(Path target, Invocation invocation) throws IOException {
    try (LocalFile pack = LocalFile.open(file)) {
      long size = FilePack.info(pack).file().sizeBytes();
      LongConsumer progress = OneFile.progress(invocation, "unpack", size);
      if (options.dryRun) {
        OutputStream nowhere = OutputStream.nullOutputStream();
        return FilePack.unpack(pack, nowhere, options.threads(), progress);
      }
      return FilePack.unpack(file, target, options.threads(), progress, options.options());
    } catch (FileAlreadyExistsException e) {
      throw OneFile.inTheWay(target.toString(), e);
    } catch (CorruptContainerException | IntegrityException e) {
      String remedy = "; nothing was written. Get the pack again, or pack the original again";
      throw new CommandException(ExitCode.NOT_EQUAL, "damaged", e.getMessage() + remedy, e);
    }
  }

  private void print(Path target, FilePackInfo info, PrintWriter out) {
    out.println(
        Table.printable((options.dryRun ? file : target).toString())
            + ": "
            + Format.bytes(info.file().sizeBytes())
            + (options.dryRun ? " inside" : "")
            + ", SHA-256 as when it was packed");
  }
}
