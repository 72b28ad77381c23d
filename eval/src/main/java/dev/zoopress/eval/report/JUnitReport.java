package dev.zoopress.eval.report;

import dev.zoopress.eval.compare.Guard;
import dev.zoopress.eval.compare.LevelResult;
import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.NegativeControl;
import dev.zoopress.eval.compare.TaskResult;
import dev.zoopress.eval.compare.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A suite per model, a case per level, guard, control and task, as build servers read them. */
final class JUnitReport {
  private record Case(String name, String kind, String message) {}

  private JUnitReport() {}

  static void write(OutputStream out, List<ModelResult> models) throws IOException {
    try {
      XMLStreamWriter xml =
          XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out, "UTF-8");
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("testsuites");
      xml.writeAttribute("name", "zoopress eval");
      for (ModelResult model : models) {
        suite(xml, model);
      }
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IOException("junit.xml: " + e.getMessage(), e);
    }
  }

  private static void suite(XMLStreamWriter xml, ModelResult model) throws XMLStreamException {
    List<Case> cases = new java.util.ArrayList<>();
    String reasons = String.join("; ", model.reasons());
    String kind =
        switch (model.verdict()) {
          case EQUAL -> "";
          case NOT_EQUAL -> "failure";
          case INCONCLUSIVE -> "error";
          case NOT_RUN -> model.status() == ModelResult.Status.FAILED ? "error" : "skipped";
        };
    cases.add(new Case("verdict " + Verdict.EQUAL, kind, model.verdict().words() + ": " + reasons));
    for (LevelResult level : model.levels()) {
      String own = level.passed() ? level.compared() == 0 ? "skipped" : "" : "failure";
      cases.add(new Case(level.level() + " " + level.level().title(), own, level.detail()));
    }
    for (Guard guard : model.guards()) {
      cases.add(new Case(guard.question(), guard.held() ? "" : "error", guard.detail()));
    }
    for (NegativeControl control : model.controls()) {
      cases.add(
          new Case(
              "sees the flipped " + control.bit() + " in " + control.tensor(),
              control.passed() ? "" : "error",
              "went unnoticed"));
    }
    for (TaskResult task : model.tasks()) {
      String own = task.wasRun() ? "" : task.failed() ? "error" : "skipped";
      cases.add(new Case("task " + task.kind().id(), own, task.skipped()));
    }
    xml.writeStartElement("testsuite");
    xml.writeAttribute("name", clean(model.model()));
    xml.writeAttribute("tests", Integer.toString(cases.size()));
    xml.writeAttribute("failures", count(cases, "failure"));
    xml.writeAttribute("errors", count(cases, "error"));
    xml.writeAttribute("skipped", count(cases, "skipped"));
    for (Case one : cases) {
      xml.writeStartElement("testcase");
      xml.writeAttribute("classname", clean(model.model()));
      xml.writeAttribute("name", clean(one.name()));
      if (!one.kind().isEmpty()) {
        xml.writeStartElement(one.kind());
        xml.writeAttribute("message", clean(one.message()));
        xml.writeEndElement();
      }
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static String count(List<Case> cases, String kind) {
    return Long.toString(cases.stream().filter(c -> c.kind().equals(kind)).count());
  }

  /** Without what XML 1.0 cannot hold. */
  private static String clean(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              boolean fits =
                  c == 0x9
                      || c == 0xa
                      || c == 0xd
                      || c >= 0x20 && c <= 0xd7ff
                      || c >= 0xe000 && c <= 0xfffd
                      || c >= 0x10000;
              out.appendCodePoint(fits ? c : 0xfffd);
            });
    return out.toString();
  }
}
