package dev.zoopress.eval.model;

import dev.zoopress.codec.tensor.DType;
import java.util.List;

/** Where the bytes of one tensor lie in a model's files. */
public record TensorEntry(
    String name, DType dtype, List<Long> shape, String file, long offsetBytes, long lengthBytes) {}
