package dev.zoopress.codec;

/** How hard the encoder tries; the decoder needs not know. */
public enum Effort {
  /** Huffman on joint symbols: for speed. */
  FAST,
  /** ANS on joint symbols with row, column and sign contexts: for size. The default. */
  BEST
}
