package dev.zoopress.jobs.delta;

import dev.zoopress.codec.tensor.DType;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A tensor seen through three small windows.
 *
 * @param unit the unit that reads its first chunk
 * @param modelName of the model that it is part of
 * @param format container of the file
 * @param rows first dimension; 1 where there is no grid
 * @param columns elements of a row
 * @param head first bytes, {@code middle} and {@code tail} likewise
 * @param down elements of the first column from the second row on, as many as were read
 * @param up elements of the last column from the last row but one on upwards
 * @param scales of a quantised tensor, else null
 */
@SuppressWarnings("ArrayRecordComponent")
public record Sketch(
    int slice,
    int model,
    int content,
    long offset,
    int unit,
    String modelName,
    String format,
    String name,
    DType dtype,
    long rows,
    long columns,
    long length,
    byte[] head,
    byte[] middle,
    byte[] tail,
    byte[] down,
    byte[] up,
    Scales scales)
    implements Serializable {

  /** Scales that stand in the same file: the first and the last few of them. */
  public record Scales(
      long chunkOffset,
      int chunkLength,
      int offsetInChunk,
      int count,
      int zero,
      List<Float> head,
      List<Float> tail)
      implements Serializable {}

  /** Slice of tensors that earlier runs published: bases only, and first in every order. */
  static final int PUBLISHED = -1;

  /** The first part of the model's name: related models share it. */
  String org() {
    int slash = modelName.indexOf('/');
    return slash < 0 ? modelName : modelName.substring(0, slash);
  }

  boolean isPublished() {
    return slice == PUBLISHED;
  }

  /** This tensor as one of the published model of a number. */
  public Sketch published(int number) {
    return new Sketch(
        PUBLISHED, number, content, offset, -1, modelName, format, name, dtype, rows, columns,
        length, head, middle, tail, down, up, null);
  }

  public Place place() {
    return new Place(slice, model, content, offset);
  }

  int width() {
    return dtype.alignmentBytes();
  }

  long elements() {
    return length / width();
  }

  public boolean isFloat() {
    return dtype == DType.F32 || dtype == DType.BF16 || dtype == DType.F16;
  }

  /** What makes it what it is, but for the bytes between the windows. */
  List<Object> sameness() {
    return List.of(dtype.bits(), length, text(head), text(middle), text(tail));
  }

  /** Bytes as a part of a key. */
  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
