/** Makes manifests of what the units stored, and pointers of manifests: the truth, last. */
package dev.zoopress.jobs.publish;
