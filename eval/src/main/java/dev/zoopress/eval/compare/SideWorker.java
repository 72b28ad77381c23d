package dev.zoopress.eval.compare;

import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.task.TaskKind;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs one side alone: reads a request from its parent on standard input, writes the output
 * digests, one a line, into the file that the request names.
 */
public final class SideWorker {
  private SideWorker() {}

  public static void main(String[] args) throws IOException, ClassNotFoundException {
    WorkerRequest request;
    try (ObjectInputStream in = new ObjectInputStream(System.in)) {
      request = (WorkerRequest) in.readObject();
    }
    if (request.kind() == TaskKind.ONNX) {
      try (ModelFiles files = request.side().open()) {
        answer(request, new OnnxFileRun(files, files, request.session()).run(1));
      }
      return;
    }
    try (ModelFiles files = request.side().open();
        Side side = Side.open(files, request.kind().head(), request.session())) {
      answer(
          request,
          new Lockstep(side, side, request.kind(), request.tasks()).run(request.examples()));
    }
  }

  private static void answer(WorkerRequest request, ShardResult result) throws IOException {
    List<String> digests =
        result.outcomes().stream().map(o -> o.repeats() ? o.logitsA() : "unsteady").toList();
    Files.write(Path.of(request.answerFile()), digests);
  }
}
