package dev.zoopress.codec.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Pairs quantised tensors with their scales by the names that ONNX Runtime's quantiser gives:
 * {@code w_quantized}, {@code w_scale}, {@code w_zero_point}.
 */
final class OnnxScales {
  private static final String QUANTISED = "_quantized";
  private static final String SCALE = "_scale";
  private static final String ZERO = "_zero_point";
  private static final int MAX_TENSORS = 1 << 16;

  private record Floats(long offset, int count) {}

  private final List<OnnxTensor> quantised = new ArrayList<>();
  private final Map<String, Floats> scales = new HashMap<>();
  private final Map<String, Integer> zeros = new HashMap<>();

  void visit(OnnxTensor tensor) {
    String name = tensor.name();
    if (quantised.size() + scales.size() + zeros.size() >= MAX_TENSORS) {
      return;
    }
    if (name.endsWith(QUANTISED) && tensor.isPlainRaw()) {
      quantised.add(tensor);
    } else if (name.endsWith(SCALE) && tensor.floatsOffset() >= 0) {
      scales.put(name, new Floats(tensor.floatsOffset(), tensor.floats()));
    } else if (name.endsWith(ZERO) && tensor.isOneInteger()) {
      zeros.put(name, (int) tensor.integer());
    }
  }

  /** By offset of the quantised tensor. */
  Map<Long, FileLayout.Scales> found() {
    Map<Long, FileLayout.Scales> found = new HashMap<>();
    for (OnnxTensor tensor : quantised) {
      String stem = tensor.name().substring(0, tensor.name().length() - QUANTISED.length());
      Floats scale = scales.get(stem + SCALE);
      Integer zero = zeros.get(stem + ZERO);
      if (scale != null && zero != null && scale.count() > 0) {
        found.put(tensor.rawOffset(), new FileLayout.Scales(scale.offset(), scale.count(), zero));
      }
    }
    return found;
  }
}
