/**
 * Frames that stand on a base: ordered differences conditioned on the base (kind DELTA), and the
 * exclusive or (kind XOR) for types without an order of their own.
 */
package dev.zoopress.codec.delta;
