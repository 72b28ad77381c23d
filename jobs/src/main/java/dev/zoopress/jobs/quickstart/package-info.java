/** The model that {@code quickstart} tries everything on, fetched from Maven Central. */
package dev.zoopress.jobs.quickstart;
