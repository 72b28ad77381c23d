package dev.zoopress.jobs.zipnn;

import dev.zoopress.jobs.zipnn.Conversion.Converted;
import dev.zoopress.jobs.zipnn.InPlaceResult.FileResult;
import dev.zoopress.jobs.zipnn.InPlaceResult.Status;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Converts one file to a place of the caller's choice; the source stays as it is. */
public final class CopyJob {
  /** Whether a file in the way is replaced. */
  public enum Existing {
    KEEP,
    REPLACE
  }

  private final Path source;
  private final Path target;
  private final Conversion conversion;
  private final Existing existing;

  /** {@code target} is a file, a folder, or null for the folder of the source. */
  public CopyJob(Path source, Path target, Conversion conversion, Existing existing) {
    this.source = source.toAbsolutePath();
    this.target = target;
    this.conversion = conversion;
    this.existing = existing;
  }

  /**
   * Converts.
   *
   * @throws FileAlreadyExistsException if the target is there and is not to be replaced
   * @throws dev.zoopress.codec.MalformedInputException if the source cannot be read as what its
   *     name says
   */
  public InPlaceResult execute() throws IOException {
    String name = source.getFileName().toString();
    Optional<String> became = conversion.target(name);
    if (became.isEmpty()) {
      throw new IOException(
          source
              + ": its name does not say what to make of it (expected an ending such as "
              + (conversion.direction() == Conversion.Direction.DECOMPRESS
                  ? ".znn or .znn.safetensors)"
                  : ".safetensors; other files need --file-compression)"));
    }
    Path to = target == null ? source.resolveSibling(became.get()) : target;
    if (Files.isDirectory(to)) {
      to = to.resolve(became.get());
    }
    to = to.toAbsolutePath();
    if (Files.exists(to) && existing == Existing.KEEP) {
      throw new FileAlreadyExistsException(to.toString(), null, "is there: give --force");
    }
    PlainPlace place = new PlainPlace(to.getParent());
    Path scratch = place.scratch(name);
    try {
      Converted converted = conversion.write(name, source, scratch);
      place.publish(scratch, to.getFileName().toString());
      return new InPlaceResult(
          List.of(
              new FileResult(
                  source.toString(),
                  to.toString(),
                  Status.CONVERTED,
                  converted.sourceBytes(),
                  converted.targetBytes(),
                  converted.exact(),
                  converted.repaired(),
                  "")));
    } finally {
      Files.deleteIfExists(scratch);
    }
  }
}
