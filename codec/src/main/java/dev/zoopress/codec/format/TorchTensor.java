package dev.zoopress.codec.format;

import dev.zoopress.codec.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * One tensor as a pickle describes it: a dense view of a storage.
 *
 * @param storageKey the storage it looks into
 * @param dtype its element type, null where only the storage knows
 * @param firstElement where it starts in the storage, in elements
 * @param shape its dimensions in memory order, slowest first: a transposed tensor appears as it
 *     lies
 */
record TorchTensor(
    PickleValue.Node call, String storageKey, DType dtype, long firstElement, List<Long> shape) {
  private record Dimension(long size, long stride) {}

  /** The tensor that {@code call} rebuilds; null if it rebuilds none, or one that is not dense. */
  static TorchTensor of(PickleValue.Node call) {
    if (!(call.callable() instanceof PickleValue.Global function)
        || !function.module().equals("torch._utils")) {
      return null;
    }
    DType dtype = null;
    switch (function.name()) {
      case "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_qtensor" -> {}
      case "_rebuild_tensor_v3" -> {
        dtype = TorchTypes.ofDtype(call.arguments().get(6));
        if (dtype == null) {
          return null;
        }
      }
      default -> {
        return null;
      }
    }
    PickleValue.Tuple arguments = call.arguments();
    String key = TorchStorage.key(arguments.get(0));
    if (key == null
        || !(arguments.get(1) instanceof Long first)
        || first < 0
        || !(arguments.get(2) instanceof PickleValue.Tuple size)
        || !(arguments.get(3) instanceof PickleValue.Tuple stride)) {
      return null;
    }
    List<Long> shape = denseShape(size, stride);
    return shape == null ? null : new TorchTensor(call, key, dtype, first, shape);
  }

  /** The dimensions in memory order, null unless they cover a gap-free range. */
  private static List<Long> denseShape(PickleValue.Tuple size, PickleValue.Tuple stride) {
    if (size.size() != stride.size() || size.size() > TensorShape.MAX_RANK) {
      return null;
    }
    List<Dimension> dimensions = new ArrayList<>(size.size());
    for (int i = 0; i < size.size(); i++) {
      if (!(size.get(i) instanceof Long length)
          || !(stride.get(i) instanceof Long step)
          || length < 0
          || step < 0) {
        return null;
      }
      dimensions.add(new Dimension(length, step));
    }
    if (!isRowMajor(dimensions)) {
      dimensions.sort((a, b) -> Long.compare(b.stride(), a.stride()));
      if (!isRowMajor(dimensions)) {
        return null;
      }
    }
    return dimensions.stream().map(Dimension::size).toList();
  }

  /**
   * Whether each stride is the product of the sizes behind it; dimensions of one element have any.
   */
  private static boolean isRowMajor(List<Dimension> dimensions) {
    long expected = 1;
    for (int i = dimensions.size() - 1; i >= 0; i--) {
      Dimension dimension = dimensions.get(i);
      if (dimension.size() != 1 && dimension.stride() != expected) {
        return false;
      }
      if (dimension.size() > 0 && expected > Long.MAX_VALUE / dimension.size()) {
        return false;
      }
      expected *= dimension.size();
    }
    return true;
  }
}
