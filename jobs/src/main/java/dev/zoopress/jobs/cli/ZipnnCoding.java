package dev.zoopress.jobs.cli;

import dev.zoopress.codec.tensor.DType;
import dev.zoopress.codec.zipnn.ZipnnSafetensors.Extra;
import dev.zoopress.codec.zipnn.ZipnnStream.Cut;
import dev.zoopress.codec.zipnn.ZipnnTensors.Plain;
import dev.zoopress.jobs.zipnn.Conversion;
import dev.zoopress.jobs.zipnn.Conversion.Direction;
import dev.zoopress.jobs.zipnn.Conversion.Form;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** How ZipNN files are written. */
final class ZipnnCoding {
  private static final Map<String, DType> TYPES =
      Map.of(
          "float32", DType.F32,
          "bfloat16", DType.BF16,
          "float16", DType.F16,
          "float8_e4m3fn", DType.F8_E4M3,
          "float8_e5m2", DType.F8_E5M2);

  @Option(
      names = "--file-compression",
      description = "code whole files as NAME.znn instead of the tensors inside them")
  boolean whole;

  @Option(
      names = "--suffix",
      defaultValue = ".safetensors",
      description =
          "which files; others than .safetensors need --file-compression; default .safetensors")
  String suffix;

  @Option(
      names = "--dtype",
      defaultValue = "bfloat16",
      description =
          "elements of a whole file: float32, bfloat16, float16, float8_e4m3fn, float8_e5m2; "
              + "default ${DEFAULT-VALUE}")
  String dtype;

  @Option(names = "--streaming", description = "cut whole files into slices of 1 MiB")
  boolean streaming;

  @Option(
      names = "--as-the-package",
      description =
          "leave out the original's header and digest: tensors come back, the file's own bytes"
              + " may not")
  boolean bare;

  Conversion conversion() {
    return conversion(null);
  }

  /** With a base, files become deltas against it. */
  Conversion conversion(Path base) {
    if (base != null && !whole) {
      throw new UsageException("--base needs --file-compression: deltas are of whole files");
    }
    if (base != null && streaming) {
      throw new UsageException("--base and --streaming: a delta is one segment");
    }
    DType type = TYPES.get(dtype);
    if (type == null) {
      throw new UsageException("--dtype " + dtype + ": one of " + TYPES.keySet());
    }
    if (!whole && !suffix.endsWith(".safetensors")) {
      throw new UsageException("--suffix " + suffix + " needs --file-compression");
    }
    return new Conversion(
        Direction.COMPRESS,
        whole ? Form.STREAM : Form.TENSORS,
        suffix.isEmpty() || suffix.startsWith(".") ? suffix : "." + suffix,
        type,
        streaming ? Cut.SLICES : Cut.WHOLE,
        bare ? Extra.NONE : Extra.ORIGINAL,
        Plain.KEEP,
        base);
  }

  static Conversion decoding(Plain plain, Path base) {
    return new Conversion(
        Direction.DECOMPRESS, Form.TENSORS, "", DType.BF16, Cut.WHOLE, Extra.NONE, plain, base);
  }
}
