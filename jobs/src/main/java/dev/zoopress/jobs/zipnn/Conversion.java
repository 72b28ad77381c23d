package dev.zoopress.jobs.zipnn;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.pack.LocalFile;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.codec.zipnn.ZipnnReader;
import dev.zoopress.codec.zipnn.ZipnnSafetensors;
import dev.zoopress.codec.zipnn.ZipnnStream;
import dev.zoopress.codec.zipnn.ZipnnTensors;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;

/**
 * Turns one file into its ZipNN form or back.
 *
 * @param form how files are coded; {@link Form#TENSORS} for safetensors, {@link Form#STREAM} for
 *     whole files
 * @param suffix what names of files to be coded end with
 * @param dtype the elements of a whole file
 * @param extra what else stands in the metadata of a safetensors file
 * @param plain what is done with plain tensors when decoding
 * @param base what a delta file was made against, or null
 */
public record Conversion(
    Direction direction,
    Form form,
    String suffix,
    DType dtype,
    ZipnnStream.Cut cut,
    ZipnnSafetensors.Extra extra,
    ZipnnTensors.Plain plain,
    Path base) {
  static final String SAFETENSORS = ".safetensors";
  static final String CODED_TENSORS = ".znn.safetensors";
  static final String CODED_STREAM = ".znn";

  /** Which way. */
  public enum Direction {
    COMPRESS,
    DECOMPRESS
  }

  /** How a file is coded. */
  public enum Form {
    TENSORS,
    STREAM
  }

  /**
   * What one conversion came to.
   *
   * @param exact whether the original is known to come back byte for byte
   */
  record Converted(long sourceBytes, long targetBytes, boolean exact, int repaired) {}

  public Conversion {
    Objects.requireNonNull(direction);
  }

  /** The name of what {@code name} becomes; empty for a file that is not to be touched. */
  public Optional<String> target(String name) {
    if (direction == Direction.DECOMPRESS) {
      if (name.endsWith(CODED_TENSORS)) {
        return Optional.of(cut(name, CODED_TENSORS) + SAFETENSORS);
      }
      return name.endsWith(CODED_STREAM) ? Optional.of(cut(name, CODED_STREAM)) : Optional.empty();
    }
    if (!name.endsWith(suffix) || name.endsWith(CODED_TENSORS) || name.endsWith(CODED_STREAM)) {
      return Optional.empty();
    }
    return form == Form.STREAM
        ? Optional.of(base == null ? name + CODED_STREAM : deltaName(name))
        : name.endsWith(SAFETENSORS)
            ? Optional.of(cut(name, SAFETENSORS) + CODED_TENSORS)
            : Optional.empty();
  }

  /** As the package's script calls it, which takes four characters for the ending of the name. */
  private String deltaName(String name) {
    String stem = name.length() > 4 ? name.substring(0, name.length() - 4) : name;
    return stem + "_delta_" + base.getFileName() + CODED_STREAM;
  }

  private static String cut(String name, String ending) {
    return name.substring(0, name.length() - ending.length());
  }

  /**
   * Writes {@code to} and forces it to disk; what was compressed is decoded and compared.
   *
   * @param name the source's name, which decides how it is coded
   */
  Converted write(String name, Path from, Path to) throws IOException {
    try (LocalFile source = LocalFile.open(from)) {
      Converted converted = direction == Direction.COMPRESS ? compress(source, to) : null;
      if (converted == null) {
        try (FileOutputStream file = new FileOutputStream(to.toFile());
            OutputStream out = new BufferedOutputStream(file, 1 << 16)) {
          converted = decode(name, source, out);
          out.flush();
          file.getFD().sync();
        }
      } else if (!matches(name, source, to)) {
        throw new IntegrityException(to + ": decoded again", "the bytes of " + from, "others");
      }
      source.requireUnchanged();
      return converted;
    }
  }

  private Converted compress(LocalFile source, Path to) throws IOException {
    if (form == Form.TENSORS) {
      Path scratch = to.resolveSibling(to.getFileName() + ".data");
      ZipnnSafetensors.Written written = ZipnnSafetensors.encode(source, to, scratch, extra);
      boolean exact = extra == ZipnnSafetensors.Extra.ORIGINAL;
      return new Converted(source.size(), written.storedBytes(), exact, 0);
    }
    try (FileOutputStream file = new FileOutputStream(to.toFile());
        OutputStream out = new BufferedOutputStream(file, 1 << 16)) {
      long bytes = stream(source, out);
      out.flush();
      file.getFD().sync();
      return new Converted(source.size(), bytes, true, 0);
    }
  }

  private long stream(LocalFile source, OutputStream out) throws IOException {
    if (base == null) {
      return ZipnnStream.encode(source, out, dtype, cut);
    }
    try (LocalFile against = LocalFile.open(base)) {
      if (against.size() != source.size() || source.size() > ZipnnStream.MAX_SEGMENT_BYTES) {
        throw new MalformedInputException(
            source.name(),
            0,
            "has %d bytes, its base %s %d: a delta needs equal lengths of at most %d"
                .formatted(source.size(), base, against.size(), ZipnnStream.MAX_SEGMENT_BYTES));
      }
      return ZipnnStream.encodeDelta(source, against, out, dtype);
    }
  }

  /** Whether {@code target} holds what {@code from} becomes. */
  boolean matches(String name, Path from, Path target) throws IOException {
    try (LocalFile source = LocalFile.open(from)) {
      return matches(name, source, target);
    }
  }

  private boolean matches(String name, ByteSource source, Path target) throws IOException {
    try (LocalFile other = LocalFile.open(target)) {
      if (direction == Direction.DECOMPRESS) {
        return decodedDigest(name, source).equals(sha256(other));
      }
      if (form == Form.TENSORS && extra == ZipnnSafetensors.Extra.NONE) {
        return ZipnnTensors.digests(source).equals(ZipnnTensors.digests(other));
      }
      return decodedDigest(target.getFileName().toString(), other).equals(sha256(source));
    }
  }

  private String decodedDigest(String name, ByteSource coded) throws IOException {
    MessageDigest digest = Digests.sha256();
    decode(name, coded, new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    return Digests.hex(digest);
  }

  private Converted decode(String name, ByteSource source, OutputStream out) throws IOException {
    if (direction == Direction.COMPRESS ? form == Form.TENSORS : name.endsWith(CODED_TENSORS)) {
      ZipnnTensors.Decoded decoded = ZipnnTensors.decode(source, out, plain);
      return new Converted(source.size(), decoded.bytes(), decoded.exact(), decoded.repaired());
    }
    if (base == null) {
      long bytes = new ZipnnReader(source).decode(out);
      return new Converted(source.size(), bytes, false, 0);
    }
    try (LocalFile against = LocalFile.open(base)) {
      long bytes = new ZipnnReader(source, against).decode(out);
      return new Converted(source.size(), bytes, false, 0);
    }
  }

  static String sha256(ByteSource source) throws IOException {
    MessageDigest digest = Digests.sha256();
    byte[] buffer = new byte[1 << 16];
    for (long at = 0; at < source.size(); ) {
      int n = (int) Math.min(buffer.length, source.size() - at);
      source.readFully(at, buffer, 0, n);
      digest.update(buffer, 0, n);
      at += n;
    }
    return Digests.hex(digest);
  }
}
