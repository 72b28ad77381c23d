package dev.zoopress.codec.format;

import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * One storage of a PyTorch archive and the tensors that look into it. Whatever the pickle says is
 * checked against the archive entry's size; when they disagree the storage stays opaque.
 */
final class TorchStorage {
  private static final String STORAGE = "storage";
  private static final int ID_FIELDS = 5;

  private final DType declared;
  private final long elementCount;
  private final List<TorchTensor> tensors = new ArrayList<>(1);
  private boolean isDoubtful;

  private TorchStorage(DType declared, long elementCount, boolean isDoubtful) {
    this.declared = declared;
    this.elementCount = elementCount;
    this.isDoubtful = isDoubtful;
  }

  /** The key in a persistent reference to a storage, null for anything else. */
  static String key(Object value) {
    return value instanceof PickleValue.PersistentId reference
            && reference.id() instanceof PickleValue.Tuple id
            && id.size() == ID_FIELDS
            && STORAGE.equals(id.get(0))
            && id.get(2) instanceof String key
        ? key
        : null;
  }

  /** The storage that a persistent reference with a {@link #key} describes. */
  static TorchStorage of(PickleValue.PersistentId reference) {
    PickleValue.Tuple id = (PickleValue.Tuple) reference.id();
    if (id.get(1) instanceof PickleValue.Global type && id.get(4) instanceof Long elements) {
      DType dtype = TorchTypes.ofStorageClass(type);
      return new TorchStorage(dtype, elements, dtype == null && !TorchTypes.isUntyped(type));
    }
    return new TorchStorage(null, 0, true);
  }

  /** Compares with another reference to the same key: two opinions are as good as none. */
  void merge(TorchStorage other) {
    isDoubtful |=
        other.isDoubtful || other.declared != declared || other.elementCount != elementCount;
  }

  void add(TorchTensor tensor) {
    tensors.add(tensor);
  }

  /**
   * Claims the storage's bytes, which lie in {@code [offsetBytes, offsetBytes + lengthBytes)}:
   * tensor by tensor where they lie side by side, else as one run of elements.
   */
  void claim(
      String entryName,
      long offsetBytes,
      long lengthBytes,
      Map<PickleValue.Node, String> names,
      SegmentCollector segments)
      throws MalformedInputException {
    DType dtype = elementType();
    if (isDoubtful || dtype == null || elementCount < 0 || lengthBytes % width(dtype) != 0) {
      return;
    }
    int unit = declared == null ? 1 : width(dtype);
    if (elementCount > Long.MAX_VALUE / unit || elementCount * unit != lengthBytes) {
      return;
    }
    List<TorchTensor> sideBySide = sideBySide(lengthBytes / width(dtype), dtype);
    if (sideBySide.isEmpty()) {
      segments.add(entryName, dtype, List.of(), offsetBytes, lengthBytes);
      return;
    }
    long at = 0;
    for (TorchTensor tensor : sideBySide) {
      long start = tensor.firstElement() * width(dtype);
      segments.add(entryName, dtype, List.of(), offsetBytes + at, start - at);
      long length = TensorShape.elementCount(tensor.shape()) * width(dtype);
      String name = names.getOrDefault(tensor.call(), entryName);
      segments.add(name, dtype, tensor.shape(), offsetBytes + start, length);
      at = start + length;
    }
    segments.add(entryName, dtype, List.of(), offsetBytes + at, lengthBytes - at);
  }

  /** The storage's own type, or that which all its tensors agree on. */
  private DType elementType() {
    DType dtype = declared;
    for (TorchTensor tensor : tensors) {
      if (tensor.dtype() != null && dtype != null && tensor.dtype() != dtype) {
        return null;
      }
      dtype = dtype == null ? tensor.dtype() : dtype;
    }
    return dtype;
  }

  /** Bytes that PyTorch counts as one element: it counts pairs of four-bit floats. */
  private static int width(DType dtype) {
    return dtype.alignmentBytes();
  }

  /** The distinct tensors in storage order; none if one leaves the storage or two overlap. */
  private List<TorchTensor> sideBySide(long storageElements, DType dtype) {
    if (dtype.bits() < 8) {
      return List.of();
    }
    List<TorchTensor> sorted = new ArrayList<>(tensors);
    sorted.sort(Comparator.comparingLong(TorchTensor::firstElement));
    List<TorchTensor> distinct = new ArrayList<>(sorted.size());
    long at = 0;
    long lastFirst = -1;
    long lastCount = -1;
    for (TorchTensor tensor : sorted) {
      long first = tensor.firstElement();
      long count = TensorShape.elementCount(tensor.shape());
      if (count == 0 || (first == lastFirst && count == lastCount)) {
        continue;
      }
      if (count < 0 || first < at || first > storageElements || count > storageElements - first) {
        return List.of();
      }
      distinct.add(tensor);
      at = first + count;
      lastFirst = first;
      lastCount = count;
    }
    return distinct;
  }
}
