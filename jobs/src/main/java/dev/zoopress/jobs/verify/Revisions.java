package dev.zoopress.jobs.verify;

import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.api.java.function.FlatMapFunction;

/** The published revisions of models, and what is wrong with their pointers and refs. */
final class Revisions implements FlatMapFunction<Iterator<String>, Revisions.OfModel> {
  private static final long serialVersionUID = 1L;

  private final StoreAccess access;

  Revisions(StoreAccess access) {
    this.access = access;
  }

  /** What was found below one model. */
  record OfModel(List<RevisionRow> rows, List<Ref> refs, List<Damage> damage)
      implements Serializable {}

  /** A ref and what it names. */
  record Ref(String model, String name, String revision) implements Serializable {}

  @Override
  public Iterator<OfModel> call(Iterator<String> models) throws IOException {
    List<OfModel> found = new ArrayList<>();
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.unchecked(store);
      while (models.hasNext()) {
        found.add(of(repository, models.next()));
      }
    }
    return found.iterator();
  }

  static OfModel of(Repository repository, String model) throws IOException {
    List<RevisionRow> rows = new ArrayList<>();
    List<Ref> refs = new ArrayList<>();
    List<Damage> damage = new ArrayList<>();
    Set<String> revisions = new TreeSet<>();
    Set<String> published = new HashSet<>();
    repository.revisions(model, revisions::add);
    for (String revision : revisions) {
      try {
        Optional<Pointer> pointer = repository.pointer(model, revision);
        if (pointer.isPresent() && !pointer.get().deleted()) {
          Pointer p = pointer.get();
          rows.add(new RevisionRow(model, revision, p.manifest(), p.files(), p.sourceBytes()));
          published.add(revision);
        }
      } catch (IOException e) {
        damage.add(Damage.of("models/" + model + "/" + revision, 0, e));
        rows.add(new RevisionRow(model, revision, "", 0, 0));
        published.add(revision);
      }
    }
    Set<String> names = new TreeSet<>();
    repository.refs(model, names::add);
    for (String name : names) {
      try {
        Optional<String> revision = repository.ref(model, name);
        if (revision.isPresent()) {
          refs.add(new Ref(model, name, revision.get()));
          if (!published.contains(revision.get())) {
            damage.add(
                Damage.damaged(
                    "models/" + model + "/refs/" + name,
                    0,
                    "it names " + revision.get() + ", which is not published"));
          }
        }
      } catch (IOException e) {
        damage.add(Damage.of("models/" + model + "/refs/" + name, 0, e));
      }
    }
    return new OfModel(rows, refs, damage);
  }
}
