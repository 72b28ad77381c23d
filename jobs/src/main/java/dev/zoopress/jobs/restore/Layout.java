package dev.zoopress.jobs.restore;

/** How restored files lie in their folder. */
public enum Layout {
  /** {@code <model>/<path>}: regular files, one revision of each model. */
  PLAIN,
  /** A Hugging Face cache: blobs, refs, and snapshots of relative links. */
  HF_CACHE
}
