package dev.zoopress.jobs.cli;

import picocli.CommandLine.Option;

/** The store that a command works on. */
final class StoreOption {
  @Option(
      names = "--store",
      required = true,
      paramLabel = "STORE",
      description = "local path or Hadoop URI (s3a://bucket/store) of the store")
  String store = "";
}
