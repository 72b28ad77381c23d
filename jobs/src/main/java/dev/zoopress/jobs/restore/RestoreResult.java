package dev.zoopress.jobs.restore;

import dev.zoopress.codec.UnsupportedVersionException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What came back.
 *
 * @param models one row per revision, sorted
 */
public record RestoreResult(List<RestoredModel> models) {
  public RestoreResult {
    models = List.copyOf(models);
  }

  /**
   * One revision of one model.
   *
   * @param files files of the revision that were asked for
   * @param written of these, files that were written; the others were there already
   * @param errors what did not come back and why, the first {@value #MAX_ERRORS}
   */
  public record RestoredModel(
      String model,
      String revision,
      long files,
      long written,
      long bytes,
      long writtenBytes,
      List<FileError> errors)
      implements Serializable {
    static final int MAX_ERRORS = 20;

    public RestoredModel {
      errors = List.copyOf(errors);
    }

    RestoredModel plus(RestoredModel other) {
      List<FileError> all = new ArrayList<>(errors);
      all.addAll(other.errors);
      return new RestoredModel(
          model,
          revision,
          files + other.files,
          written + other.written,
          bytes + other.bytes,
          writtenBytes + other.writtenBytes,
          all.subList(0, Math.min(all.size(), MAX_ERRORS)));
    }
  }

  /** Why a file did not come back. */
  public record FileError(String path, Kind kind, String message) implements Serializable {
    /** What went wrong. */
    public enum Kind {
      /** The store's objects are damaged or gone. */
      DAMAGED,
      /** A newer version wrote the store's objects. */
      UNSUPPORTED,
      /** A different file, a folder or a link is in the way. */
      IN_THE_WAY
    }

    /** {@code path} is empty where no single file is concerned. */
    static FileError of(String path, IOException e) {
      Kind kind =
          e instanceof Destination.ObstacleException
              ? Kind.IN_THE_WAY
              : e instanceof UnsupportedVersionException ? Kind.UNSUPPORTED : Kind.DAMAGED;
      return new FileError(path, kind, e.getMessage());
    }
  }
}
