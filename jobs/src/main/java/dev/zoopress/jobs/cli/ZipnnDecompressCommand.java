package dev.zoopress.jobs.cli;

import dev.zoopress.codec.zipnn.ZipnnTensors.Plain;
import dev.zoopress.jobs.zipnn.InPlaceJob;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "decompress",
    description = "Decodes ZipNN files beside themselves, in a folder or a Hugging Face cache.")
final class ZipnnDecompressCommand extends BaseCommand {
  @Mixin final ZipnnPlaceOptions place = new ZipnnPlaceOptions();

  @Option(
      names = "--repair",
      description =
          "move sign bits back in plain F32 and BF16 tensors: only for files that ZipNN's own"
              + " safetensors script wrote")
  boolean repair;

  @Override
  String name() {
    return "zipnn-decompress";
  }

  @Override
  Outcome run(Invocation invocation) throws IOException {
    return ZipnnOutcome.of(
        new InPlaceJob(
                place.root(),
                ZipnnCoding.decoding(repair ? Plain.REPAIR : Plain.KEEP, null),
                place.flags())
            .execute(),
        "no file ends with .znn or .znn.safetensors");
  }
}
