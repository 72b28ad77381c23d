package dev.zoopress.eval.compare;

import dev.zoopress.eval.model.ModelFiles;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Checks that two sides are two: nothing that one reads or holds is the other's. */
final class SideGuards {
  private SideGuards() {}

  static Guard places(ModelFiles a, ModelFiles b) {
    return new Guard(
        "Are the two sides two places?",
        !a.origin().equals(b.origin()),
        "original: " + a.origin() + "; stored: " + b.origin());
  }

  static Guard weights(Side a, Side b) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    a.session().weights().forEach(w -> seen.add(w.bytes()));
    boolean shares = b.session().weights().stream().anyMatch(w -> seen.contains(w.bytes()));
    return new Guard(
        "Does each side hold weights of its own?",
        !shares && a.session() != b.session() && !seen.isEmpty(),
        seen.size() + " buffers on each side, " + (shares ? "some" : "none") + " shared");
  }

  static Guard configuration(Side a, Side b) {
    return new Guard(
        "Does each side use its own config.json, and do both say the same?",
        a.session().config() != b.session().config()
            && a.session().config().equals(b.session().config()),
        "read from " + a.origin() + " and from " + b.origin());
  }

  static Guard tokenizers(Side a, Side b, List<ExampleOutcome> outcomes) {
    boolean sameInputs = outcomes.stream().allMatch(o -> o.inputsA().equals(o.inputsB()));
    return new Guard(
        "Do both tokenizers, each read from its own side, give the same ids?",
        a.tokenizer() != b.tokenizer() && sameInputs,
        "made from " + a.tokenizer().madeFrom() + " and " + b.tokenizer().madeFrom());
  }
}
