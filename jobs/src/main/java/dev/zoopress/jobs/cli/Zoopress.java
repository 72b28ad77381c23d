package dev.zoopress.jobs.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The command line: what {@code bin/zoopress} runs and what {@code spark-submit} is given. */
@Command(
    name = "zoopress",
    description = "Keeps model zoos small and provably intact.",
    mixinStandardHelpOptions = true,
    versionProvider = Zoopress.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some models failed, 4 not equal or damaged,",
      "9 nothing to do, 10 no repository, 11 another run was first.",
      "'zoopress COMMAND --help' tells more."
    },
    subcommands = {
      QuickstartCommand.class,
      ScanCommand.class,
      CompressCommand.class,
      RestoreCommand.class,
      PackCommand.class,
      UnpackCommand.class,
      ZipnnCommand.class,
      GcCommand.class,
      OptimizeCommand.class,
      ListCommand.class,
      StatsCommand.class,
      ReportCommand.class,
      DiffCommand.class,
      DeleteCommand.class,
      VerifyCommand.class,
      DoctorCommand.class,
      EvalCommand.class,
      ServeCommand.class,
    })
public final class Zoopress implements Runnable {
  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  private Zoopress() {}

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    // The real stdout is kept for the result: whatever a library prints goes to stderr.
    PrintWriter out = writer(new FileOutputStream(FileDescriptor.out));
    PrintWriter err = writer(new FileOutputStream(FileDescriptor.err));
    System.setOut(System.err);
    int code = run(args, out, err);
    out.flush();
    err.flush();
    System.exit(code);
  }

  private static PrintWriter writer(FileOutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), false);
  }

  /** Runs a command inside this JVM and returns its exit code. */
  public static int run(String[] args, PrintWriter out, PrintWriter err) {
    CommandLine line = new CommandLine(new Zoopress());
    line.setOut(out);
    line.setErr(err);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setParameterExceptionHandler(Zoopress::explain);
    int code = line.execute(args);
    out.flush();
    err.flush();
    return code;
  }

  private static int explain(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    String name = line.getCommandName();
    line.getErr().println("zoopress: " + Table.printable(e.getMessage()));
    String help = "zoopress".equals(name) ? "zoopress --help" : "zoopress " + name + " --help";
    line.getErr().println("'" + help + "' shows how it is used.");
    return ExitCode.USAGE;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command? See the list in --help");
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Zoopress.class.getPackage().getImplementationVersion();
      return new String[] {"zoopress " + (version == null ? "development" : version)};
    }
  }
}
