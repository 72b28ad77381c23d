package dev.zoopress.jobs.plan;

import dev.zoopress.jobs.source.Content;

/** A content with its place in the plan: slice, model in the slice, content in the model. */
public record PlannedContent(int slice, int model, int index, String modelName, Content content)
    implements java.io.Serializable {}
