package dev.zoopress.codec.pack;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.FilePaths;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.ManifestFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * One file, without a store: into a pack that carries its own manifest, and back, exactly. Start
 * here.
 *
 * <pre>{@code
 * Path pack = Path.of("model.safetensors.zpk");
 * FilePack.pack(Path.of("model.safetensors"), pack, Effort.BEST, 4, done -> {});
 * FilePack.unpack(pack, Path.of("copy.safetensors"), 4, done -> {});
 * try (StoredFile file = FilePack.open(pack)) {
 *   ByteSource tensor = file.tensor("embeddings.weight"); // reads only the blocks it needs
 * }
 * }</pre>
 *
 * <p>The pack depends on the file, its name and the effort, never on the number of threads. Memory:
 * packing holds (threads + 2) times 49 MiB and the coders' scratch, unpacking (threads + 1) times
 * 33 MiB and 32 MiB; both some 300 bytes for each chunk of the file. Progress is told in bytes of
 * the file, on the calling thread.
 */
public final class FilePack {
  private static final long CACHE_BYTES = 32 << 20;

  private FilePack() {}

  /**
   * Packs the file {@code source} into the file {@code target}, which appears only when it is
   * complete.
   *
   * @param progress told how many bytes of the file are done
   * @param options {@code REPLACE_EXISTING}, or none
   * @throws FileAlreadyExistsException if {@code target} exists and is not to be replaced
   * @throws dev.zoopress.codec.IntegrityException if a frame does not decode to its source, or the
   *     source changed meanwhile
   */
  public static FilePackInfo pack(
      Path source,
      Path target,
      Effort effort,
      int threads,
      LongConsumer progress,
      CopyOption... options)
      throws IOException {
    try (LocalFile file = LocalFile.open(source)) {
      String name = source.getFileName().toString();
      try (NewFile draft = NewFile.create(target, options)) {
        FilePackInfo info = pack(file, name, draft, effort, threads, progress);
        file.requireUnchanged();
        draft.publish();
        return info;
      }
    }
  }

  /**
   * Packs {@code source}; {@code out} stays open.
   *
   * @param name the file's name, which tells the container and is kept in the pack
   */
  public static FilePackInfo pack(
      ByteSource source,
      String name,
      OutputStream out,
      Effort effort,
      int threads,
      LongConsumer progress)
      throws IOException {
    String problem = FilePaths.problem(name);
    if (problem != null) {
      throw new IllegalArgumentException("the name '" + name + "' " + problem);
    }
    try (FilePacker packer = new FilePacker(source, out, effort, threads, progress)) {
      return packer.pack(name);
    }
  }

  /**
   * What the pack holds, without decoding it.
   *
   * @throws CorruptContainerException if it is no pack of one file, or damaged
   */
  public static FilePackInfo info(ByteSource pack) throws IOException {
    PackReader reader = PackReader.open(pack);
    if (reader.manifest().length == 0) {
      throw new CorruptContainerException(
          pack.name(), pack.size(), "it carries no manifest: it is part of a store");
    }
    String object = pack.name() + " (manifest)";
    Manifest manifest = ManifestFormat.decode(object, reader.manifest());
    if (manifest.files().size() != 1) {
      throw new CorruptContainerException(object, 0, manifest.files().size() + " files, not one");
    }
    FileEntry file = manifest.files().get(0);
    if (!Set.of(ChunkLocation.THIS_PACK).containsAll(manifest.packs())) {
      throw new CorruptContainerException(object, 0, "it refers to another pack");
    }
    return new FilePackInfo(file, pack.size(), reader.frames(), "");
  }

  /**
   * The file in {@code pack}, to be read at any position without unpacking it; close it after use.
   *
   * @throws NoSuchFileException if there is no such file
   * @throws CorruptContainerException if it is no pack of one file, or damaged
   */
  public static StoredFile open(Path pack) throws IOException {
    try (LocalFile file = LocalFile.open(pack)) {
      return new StoredFile(
          info(file).file(), id -> LocalFile.open(pack), new ChunkCache(CACHE_BYTES));
    }
  }

  /**
   * Unpacks the file {@code pack} into the file {@code target}, which appears only when it is
   * complete and has the SHA-256 of the file that was packed.
   *
   * @param progress told how many bytes of the file are done
   * @param options {@code REPLACE_EXISTING}, or none
   * @throws FileAlreadyExistsException if {@code target} exists and is not to be replaced
   * @throws CorruptContainerException if the pack is damaged
   * @throws dev.zoopress.codec.IntegrityException if the file's SHA-256 is not the right one
   */
  public static FilePackInfo unpack(
      Path pack, Path target, int threads, LongConsumer progress, CopyOption... options)
      throws IOException {
    try (LocalFile file = LocalFile.open(pack);
        NewFile draft = NewFile.create(target, options)) {
      FilePackInfo info = unpack(file, draft, threads, progress);
      draft.publish();
      return info;
    }
  }

  /**
   * Writes the file in {@code pack} to {@code out}, which stays open; what was written is the file
   * only if this returns.
   */
  public static FilePackInfo unpack(
      ByteSource pack, OutputStream out, int threads, LongConsumer progress) throws IOException {
    FilePackInfo info = info(pack);
    try (FileUnpacker unpacker = new FileUnpacker(pack, info.file(), out, threads, progress)) {
      unpacker.unpack();
    }
    return info;
  }
}
