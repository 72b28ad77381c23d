package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.inspect.DiffJob;
import dev.zoopress.jobs.inspect.DiffResult;
import dev.zoopress.jobs.inspect.DiffResult.FileChange;
import dev.zoopress.jobs.inspect.DiffResult.Kind;
import dev.zoopress.jobs.inspect.DiffResult.TensorChange;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.ToLongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "diff",
    description = {
      "Says which files and tensors of two revisions are the same, changed, added or gone, from",
      "chunk ids, without decoding. Exits with 4 where a file differs, like other comparisons."
    })
final class DiffCommand extends BaseCommand {
  @Mixin final StoreOption store = new StoreOption();

  @Parameters(index = "0", paramLabel = "MODEL[@REV]", description = "the left side")
  String left = "";

  @Parameters(index = "1", paramLabel = "MODEL[@REV]", description = "the right side")
  String right = "";

  @Override
  Outcome run(Invocation invocation) throws IOException {
    DiffResult result = new DiffJob(invocation.hadoop(), store.store, left, right).execute();
    int code = result.same() ? ExitCode.DONE : ExitCode.NOT_EQUAL;
    return new Outcome(code, json -> write(result, json), out -> print(result, out));
  }

  private void write(DiffResult result, JsonGenerator json) throws IOException {
    json.writeStringField("store", store.store);
    json.writeArrayFieldStart("models");
    for (String side : new String[] {result.left(), result.right()}) {
      boolean isLeft = side.equals(result.left());
      int at = side.lastIndexOf('@');
      json.writeStartObject();
      json.writeStringField("model", side.substring(0, at));
      json.writeStringField("revision", side.substring(at + 1));
      json.writeStringField("status", result.same() ? "same" : "different");
      Kind absent = isLeft ? Kind.ADDED : Kind.GONE;
      json.writeNumberField(
          "files", result.files().stream().filter(f -> f.kind() != absent).count());
      json.writeNumberField(
          "sourceBytes", sum(result, isLeft ? FileChange::leftBytes : FileChange::rightBytes));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    for (Kind kind : Kind.values()) {
      String name = name(kind);
      json.writeNumberField(
          name + "Files", result.files().stream().filter(f -> f.kind() == kind).count());
      json.writeNumberField(
          name + "Tensors", result.tensors().stream().filter(t -> t.kind() == kind).count());
    }
    json.writeNumberField("changedBytes", changed(result));
    json.writeEndObject();
    json.writeArrayFieldStart("files");
    for (FileChange file : result.files()) {
      json.writeStartObject();
      json.writeStringField("path", file.path());
      json.writeStringField("status", name(file.kind()));
      json.writeNumberField("leftBytes", file.leftBytes());
      json.writeNumberField("rightBytes", file.rightBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("tensors");
    for (TensorChange tensor : result.tensors()) {
      json.writeStartObject();
      json.writeStringField("name", tensor.name());
      json.writeStringField("status", name(tensor.kind()));
      json.writeStringField("type", tensor.what());
      json.writeNumberField("leftBytes", tensor.leftBytes());
      json.writeNumberField("rightBytes", tensor.rightBytes());
      json.writeNumberField("changedBytes", tensor.changedBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static String name(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static long sum(DiffResult result, ToLongFunction<FileChange> bytes) {
    return result.files().stream().mapToLong(bytes).sum();
  }

  private static long changed(DiffResult result) {
    return result.tensors().stream().mapToLong(TensorChange::changedBytes).sum();
  }

  private static void print(DiffResult result, PrintWriter out) {
    Table files = new Table("", "file", "left", "right");
    for (FileChange file : result.files()) {
      files.row(
          name(file.kind()),
          file.path(),
          file.kind() == Kind.ADDED ? "" : Format.bytes(file.leftBytes()),
          file.kind() == Kind.GONE ? "" : Format.bytes(file.rightBytes()));
    }
    files.print(out);
    Table tensors = new Table("", "tensor", "type", "size", "changed, at most");
    for (TensorChange tensor : result.tensors()) {
      if (tensor.kind() != Kind.SAME) {
        tensors.row(
            name(tensor.kind()),
            tensor.name(),
            tensor.what(),
            Format.bytes(Math.max(tensor.leftBytes(), tensor.rightBytes())),
            tensor.kind() == Kind.CHANGED ? Format.bytes(tensor.changedBytes()) : "");
      }
    }
    tensors.print(out);
    long same = result.tensors().stream().filter(t -> t.kind() == Kind.SAME).count();
    out.println(
        result.same()
            ? "the same files: " + Table.printable(result.left() + " and " + result.right())
            : Table.printable(result.left() + " -> " + result.right())
                + ": "
                + same
                + " of "
                + Format.count(result.tensors().size(), "tensor")
                + " the same, at most "
                + Format.bytes(changed(result))
                + " changed or new");
  }
}
