package dev.zoopress.jobs.evaluate;

import dev.zoopress.eval.report.ReportFolder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;

/** A folder for reports, local or on any Hadoop file system. */
public final class ReportPlace {
  private ReportPlace() {}

  /** Files are created, with their folders, or replaced. */
  public static ReportFolder of(String place, Configuration conf) {
    org.apache.hadoop.fs.Path root = Examples.path(place);
    return "file".equals(root.toUri().getScheme())
        ? local(Path.of(root.toUri().getPath()))
        : name -> {
          org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(root, name);
          return file.getFileSystem(conf).create(file, true);
        };
  }

  private static ReportFolder local(Path root) {
    return name -> {
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      return open(file);
    };
  }

  private static OutputStream open(Path file) throws IOException {
    return new BufferedOutputStream(Files.newOutputStream(file));
  }
}
