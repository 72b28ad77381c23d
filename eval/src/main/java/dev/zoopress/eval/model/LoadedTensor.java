package dev.zoopress.eval.model;

import java.nio.ByteBuffer;

/**
 * A tensor's bytes in memory of its own, and their digest.
 *
 * @param bytes direct, little endian, handed to the runtime as they are
 * @param sha256 hex digest taken from {@code bytes} after they were filled
 */
public record LoadedTensor(TensorEntry entry, ByteBuffer bytes, String sha256) {}
