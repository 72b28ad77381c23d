/** Digests: SHA-256 is identity, everywhere. */
package dev.zoopress.codec.hash;
