/** Digests: SHA-256 is identity everywhere; git's SHA-1 is what hubs know small files by. */
package dev.zoopress.codec.hash;
