/**
 * Which tensors stand on which: sketches of tensors, twins found by what their ends would become
 * under a view, bases chosen for whole contents at once.
 */
package dev.zoopress.jobs.delta;
