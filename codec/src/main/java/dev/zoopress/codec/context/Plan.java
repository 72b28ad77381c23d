package dev.zoopress.codec.context;

import dev.zoopress.codec.entropy.SymbolTables;

/**
 * Everything that the blocks of a CONTEXT frame share.
 *
 * @param elements what of an element is coded
 * @param layout of the words; null where bytes are coded
 * @param signInSymbol see {@link WordTransform}; true for bytes
 * @param model addends and contexts
 * @param tables of the symbols, one per context
 * @param escapes one table for escaped symbols, or null: they are verbatim
 */
record Plan(
    Elements elements,
    WordLayout layout,
    boolean signInSymbol,
    ContextModel model,
    SymbolTables tables,
    SymbolTables escapes) {}
