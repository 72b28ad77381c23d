/**
 * Frames of kind CONTEXT: joint symbols of sign, exponent and top mantissa bits under row, column
 * and sign contexts, coded by table ANS; what is left of an element is raw bits and byte planes.
 */
package dev.zoopress.codec.context;
