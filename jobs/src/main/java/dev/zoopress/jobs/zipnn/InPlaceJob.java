package dev.zoopress.jobs.zipnn;

import dev.zoopress.jobs.source.HeldLocks;
import dev.zoopress.jobs.zipnn.Conversion.Converted;
import dev.zoopress.jobs.zipnn.Conversion.Direction;
import dev.zoopress.jobs.zipnn.InPlaceResult.FileResult;
import dev.zoopress.jobs.zipnn.InPlaceResult.Status;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Converts the files of a folder or of a cache's snapshot in place. The order makes it safe to stop
 * anywhere: new content complete and compared, its name, the weight index, and only then, if asked,
 * the originals go. A repetition goes on where the last run stopped.
 */
public final class InPlaceJob {
  /** What else is to be done. */
  public enum Flag {
    RECURSIVE,
    /** Remove originals, and let the weight index name the new files. */
    DELETE,
    FORCE,
    DRY_RUN
  }

  private final Path root;
  private final Conversion conversion;
  private final Set<Flag> flags;

  /** {@code root} is a folder, a snapshot of a cache, or one file. */
  public InPlaceJob(Path root, Conversion conversion, Set<Flag> flags) {
    this.root = root;
    this.conversion = conversion;
    this.flags = flags.isEmpty() ? EnumSet.noneOf(Flag.class) : EnumSet.copyOf(flags);
  }

  /** Runs to the end; files that fail are part of the result. */
  public InPlaceResult execute() throws IOException {
    List<FileResult> results = new ArrayList<>();
    for (Path folder : folders()) {
      new Folder(folder, results).convert();
    }
    return new InPlaceResult(results);
  }

  private List<Path> folders() throws IOException {
    if (!Files.exists(root)) {
      throw new java.nio.file.NoSuchFileException(root.toString());
    }
    if (!Files.isDirectory(root)) {
      return List.of(root.toAbsolutePath().getParent());
    }
    if (!flags.contains(Flag.RECURSIVE)) {
      return List.of(root.toAbsolutePath());
    }
    try (Stream<Path> below = Files.walk(root.toAbsolutePath())) {
      return below.filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS)).sorted().toList();
    }
  }

  private final class Folder {
    private final Path folder;
    private final Place place;
    private final boolean cache;
    private final List<FileResult> results;
    private final Map<String, String> done = new LinkedHashMap<>();

    Folder(Path folder, List<FileResult> results) {
      this.folder = folder;
      this.cache = CachePlace.isSnapshot(folder);
      this.place = cache ? new CachePlace(folder) : new PlainPlace(folder);
      this.results = results;
    }

    void convert() throws IOException {
      if (!flags.contains(Flag.DRY_RUN)) {
        Leftovers.clean(folder);
        if (cache) {
          Leftovers.clean(place.scratch("x").getParent());
        }
      }
      Set<String> held = cache ? held() : Set.of();
      for (String name : names()) {
        Optional<String> target = conversion.target(name);
        if (target.isPresent()) {
          FileResult result = one(name, target.get(), held);
          results.add(result);
          if (result.status() != Status.FAILED && result.status() != Status.SKIPPED) {
            done.put(name, target.get());
          }
        }
      }
      if (flags.contains(Flag.DELETE) && !flags.contains(Flag.DRY_RUN) && !done.isEmpty()) {
        place.renameInIndex(done);
        for (String name : done.keySet()) {
          place.remove(name);
        }
      }
    }

    private Set<String> held() {
      Path model = folder.getParent().getParent();
      return HeldLocks.of(model.getParent().toString(), model.getFileName().toString());
    }

    private List<String> names() throws IOException {
      if (!Files.isDirectory(root)) {
        return List.of(root.getFileName().toString());
      }
      List<String> names = new ArrayList<>();
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          if (Files.isRegularFile(file)) {
            names.add(file.getFileName().toString());
          }
        }
      }
      names.sort(Comparator.naturalOrder());
      return names;
    }

    private FileResult one(String name, String target, Set<String> held) {
      String shown = folder.resolve(name).toString();
      Path scratch = null;
      try {
        Path content = place.content(name);
        long size = Files.size(content);
        if (held.contains(content.getFileName().toString())) {
          return new FileResult(
              shown, target, Status.SKIPPED, size, 0, false, 0, "is being downloaded just now");
        }
        if (place.exists(target) && !flags.contains(Flag.FORCE)) {
          return existing(name, shown, target, content, size);
        }
        if (flags.contains(Flag.DRY_RUN)) {
          return new FileResult(shown, target, Status.PLANNED, size, 0, false, 0, "");
        }
        scratch = place.scratch(name);
        Converted converted = conversion.write(name, content, scratch);
        place.publish(scratch, target);
        return new FileResult(
            shown,
            target,
            Status.CONVERTED,
            converted.sourceBytes(),
            converted.targetBytes(),
            converted.exact(),
            converted.repaired(),
            "");
      } catch (IOException e) {
        return new FileResult(shown, target, Status.FAILED, 0, 0, false, 0, describe(e));
      } finally {
        delete(scratch);
      }
    }

    /** A target that is there already counts as done if it holds the right bytes. */
    private FileResult existing(String name, String shown, String target, Path content, long size)
        throws IOException {
      if (conversion.matches(name, content, place.content(target))) {
        long stored = Files.size(place.content(target));
        return new FileResult(shown, target, Status.PRESENT, size, stored, false, 0, "");
      }
      return new FileResult(
          shown,
          target,
          Status.FAILED,
          size,
          0,
          false,
          0,
          target + " is there and holds something else: move it away, or give --force");
    }

    private void delete(Path scratch) {
      try {
        if (scratch != null) {
          Files.deleteIfExists(scratch);
        }
      } catch (IOException e) {
        // The next run removes what a dead process left.
        scratch.toFile().deleteOnExit();
      }
    }
  }

  private static String describe(IOException e) {
    String message = String.valueOf(e.getMessage());
    return e.getClass().getPackageName().startsWith("java.nio")
        ? e.getClass().getSimpleName() + ": " + message
        : message;
  }

  /** The direction of the conversion, for messages. */
  public Direction direction() {
    return conversion.direction();
  }
}
