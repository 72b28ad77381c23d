/**
 * Entropy coders without knowledge of tensors: table ANS for symbols ({@link
 * dev.zoopress.codec.entropy.AnsEncoder}, {@link dev.zoopress.codec.entropy.AnsDecoder}), their
 * tables ({@link dev.zoopress.codec.entropy.SymbolTables}), and an adaptive binary range coder for
 * side information ({@link dev.zoopress.codec.entropy.RangeEncoder}).
 */
package dev.zoopress.codec.entropy;
