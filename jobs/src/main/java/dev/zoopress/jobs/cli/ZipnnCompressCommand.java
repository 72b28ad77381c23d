package dev.zoopress.jobs.cli;

import dev.zoopress.jobs.zipnn.InPlaceJob;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "compress",
    description = "Writes ZipNN files beside their originals, in a folder or a Hugging Face cache.")
final class ZipnnCompressCommand extends BaseCommand {
  @Mixin final ZipnnPlaceOptions place = new ZipnnPlaceOptions();
  @Mixin final ZipnnCoding coding = new ZipnnCoding();

  @Override
  String name() {
    return "zipnn-compress";
  }

  @Override
  Outcome run(Invocation invocation) throws IOException {
    return ZipnnOutcome.of(
        new InPlaceJob(place.root(), coding.conversion(), place.flags()).execute(),
        "no file ends with " + coding.suffix);
  }
}
