package dev.zoopress.jobs.zipnn;

import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.pack.LocalFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.stream.Stream;

/**
 * A snapshot of a Hugging Face cache: names are links to blobs, blobs are named by their digest.
 * Unlike ZipNN's scripts this writes no blob under another content's name.
 */
final class CachePlace implements Place {
  private final Path snapshot;
  private final Path blobs;

  /** {@code snapshot} is {@code models--org--name/snapshots/commit}. */
  CachePlace(Path snapshot) {
    this.snapshot = snapshot;
    this.blobs = snapshot.getParent().resolveSibling("blobs");
  }

  /** Whether a folder lies in a cache, where files are links to blobs. */
  static boolean isSnapshot(Path folder) {
    Path snapshots = folder.getParent();
    return snapshots != null
        && snapshots.endsWith("snapshots")
        && Files.isDirectory(snapshots.resolveSibling("blobs"));
  }

  @Override
  public Path scratch(String name) {
    return blobs.resolve(Leftovers.name(name));
  }

  @Override
  public Path content(String name) throws IOException {
    return snapshot.resolve(name).toRealPath();
  }

  @Override
  public boolean exists(String name) {
    return Files.exists(snapshot.resolve(name), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public void publish(Path scratch, String name) throws IOException {
    String digest;
    try (LocalFile file = LocalFile.open(scratch)) {
      digest = Conversion.sha256(file);
    }
    link(scratch, digest, name);
  }

  @Override
  public void rewrite(String name, byte[] content) throws IOException {
    Path scratch = scratch(name);
    PlainPlace.write(scratch, content);
    // A small file's blob is named by git's digest; keep to what the replaced one had.
    if (content(name).getFileName().toString().length() == 64) {
      link(scratch, Digests.sha256Hex(content), name);
      return;
    }
    MessageDigest git = Digests.gitBlob(content.length);
    git.update(content);
    link(scratch, Digests.hex(git), name);
  }

  private void link(Path scratch, String digest, String name) throws IOException {
    Path before = exists(name) ? snapshot.resolve(name).toRealPath() : null;
    Path blob = blobs.resolve(digest);
    Files.move(scratch, blob, StandardCopyOption.ATOMIC_MOVE);
    PlainPlace.force(blobs);
    Path link = snapshot.resolve(name);
    Path fresh = link.resolveSibling(Leftovers.name(link.getFileName().toString()));
    Files.createSymbolicLink(fresh, link.getParent().relativize(blob));
    Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
    PlainPlace.force(link.getParent());
    if (before != null && !before.equals(blob)) {
      removeUnshown(before);
    }
  }

  @Override
  public void remove(String name) throws IOException {
    Path link = snapshot.resolve(name);
    Path blob = Files.exists(link) ? link.toRealPath() : null;
    Files.deleteIfExists(link);
    PlainPlace.force(link.getParent());
    if (blob != null) {
      removeUnshown(blob);
    }
  }

  /** Removes a blob that no snapshot shows any more. */
  private void removeUnshown(Path blob) throws IOException {
    if (!blob.startsWith(blobs.toRealPath())) {
      return;
    }
    try (Stream<Path> shown = Files.walk(snapshot.getParent())) {
      for (Path path : (Iterable<Path>) shown::iterator) {
        if (Files.isSymbolicLink(path)
            && path.resolveSibling(Files.readSymbolicLink(path))
                .normalize()
                .endsWith(blob.getFileName())) {
          return;
        }
      }
    }
    Files.deleteIfExists(blob);
  }
}
