/**
 * Exchange with ZipNN: single files, folders and Hugging Face caches, in place. The only jobs that
 * change a source: what they write is decoded and compared first, and originals go last, and only
 * when asked for.
 */
package dev.zoopress.jobs.zipnn;
