package dev.zoopress.eval.task;

import java.util.List;

/**
 * An example as one side's tokenizer sees it.
 *
 * @param inputs token ids: one input, or one per token for pseudo-perplexity
 * @param positions per input the positions whose outputs are asked for
 * @param masks positions of the masks in the only input
 * @param ids the tokens without masks put in
 * @param sha256 digest over all ids and types
 */
public record Prepared(
    Example example,
    List<long[]> inputs,
    List<long[]> types,
    List<int[]> positions,
    int[] masks,
    long[] ids,
    boolean truncated,
    String sha256) {}
