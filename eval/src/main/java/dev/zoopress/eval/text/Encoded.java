package dev.zoopress.eval.text;

/**
 * One input as token ids.
 *
 * @param types token type ids, as long as {@code ids}
 * @param truncated whether tokens were cut off to fit
 */
public record Encoded(long[] ids, long[] types, boolean truncated) {}
