/**
 * Questions to a store, answered from its pointers and manifests alone: what is there, what it
 * costs, how two models differ, what deleting one frees.
 */
package dev.zoopress.jobs.inspect;
