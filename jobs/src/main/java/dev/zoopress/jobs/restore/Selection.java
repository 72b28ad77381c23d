package dev.zoopress.jobs.restore;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.jobs.store.InFlight;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What {@code MODEL[@REV]...} stands for in a repository.
 *
 * @param revisions sorted by model and revision, each once
 * @param refs of the models of which all revisions are selected
 * @param damaged models whose pointers or refs cannot be read, and why: none of their revisions is
 *     selected
 */
public record Selection(
    List<StoredRevision> revisions, List<Ref> refs, Map<String, IOException> damaged) {

  /** A named revision. */
  public record Ref(String model, String name, String revision) {}

  /** A model or revision that was asked for is not in the store. */
  public static final class NotInStoreException extends IOException {
    private static final long serialVersionUID = 1L;

    public NotInStoreException(String message) {
      super(message);
    }
  }

  public Selection {
    revisions = List.copyOf(revisions);
    refs = List.copyOf(refs);
    damaged = Collections.unmodifiableMap(new TreeMap<>(damaged));
  }

  /**
   * Resolves what was asked for; nothing asked for is everything. In the plain layout a model means
   * its newest revision, in the cache layout all of them.
   */
  public static Selection of(Repository repository, List<String> wanted, Layout layout)
      throws IOException {
    TreeMap<String, StoredRevision> revisions = new TreeMap<>();
    List<Ref> refs = new ArrayList<>();
    Map<String, IOException> damaged = new TreeMap<>();
    List<String> names = List.copyOf(new TreeSet<>(wanted.isEmpty() ? models(repository) : wanted));
    List<Choice> choices;
    try (InFlight inFlight = new InFlight()) {
      choices = inFlight.map(names, name -> choice(repository, name, layout, wanted.isEmpty()));
    }
    for (Choice choice : choices) {
      refs.addAll(choice.refs());
      if (choice.damage() != null) {
        damaged.put(choice.model(), choice.damage());
      }
      for (StoredRevision chosen : choice.revisions()) {
        String key = choice.model() + (layout == Layout.PLAIN ? "" : "@" + chosen.revision());
        StoredRevision other = revisions.put(key, chosen);
        if (other != null && !other.equals(chosen)) {
          throw new NotInStoreException(
              choice.model()
                  + ": the plain layout holds one revision of a model; ask for one, or use"
                  + " --layout hf-cache");
        }
      }
    }
    return new Selection(new ArrayList<>(revisions.values()), refs, damaged);
  }

  /** What one name stands for; {@code damage} is null where its objects could be read. */
  private record Choice(
      String model, List<StoredRevision> revisions, List<Ref> refs, IOException damage) {}

  private static Choice choice(Repository repository, String name, Layout layout, boolean all)
      throws IOException {
    int at = all ? -1 : name.lastIndexOf('@');
    String model = at < 0 ? name : name.substring(0, at);
    String revision = at < 0 ? null : name.substring(at + 1);
    List<Ref> refs = new ArrayList<>();
    try {
      List<StoredRevision> chosen = choose(repository, model, revision, layout, all, refs);
      return new Choice(model, chosen, refs, null);
    } catch (CorruptContainerException | UnsupportedVersionException | ObjectNotFoundException e) {
      return new Choice(model, List.of(), List.of(), e);
    }
  }

  /**
   * The revisions of what was asked for, where all of it has to be read.
   *
   * @throws IOException if some of it is damaged
   */
  public static List<StoredRevision> sound(Repository repository, String wanted, Layout layout)
      throws IOException {
    Selection selection = of(repository, List.of(wanted), layout);
    for (IOException damage : selection.damaged().values()) {
      throw damage;
    }
    return selection.revisions();
  }

  /**
   * The revisions of one model.
   *
   * @param revision what was asked for, null for the layout's choice
   * @param optional whether the model may have none
   */
  private static List<StoredRevision> choose(
      Repository repository,
      String model,
      String revision,
      Layout layout,
      boolean optional,
      List<Ref> refs)
      throws IOException {
    TreeMap<String, StoredRevision> published = published(repository, model);
    List<String> all = new ArrayList<>(published.keySet());
    if (all.isEmpty() && optional) {
      return List.of();
    }
    if (all.isEmpty()) {
      throw new NotInStoreException(
          model + ": no such model in the store; 'zoopress ls' lists what is there");
    }
    Map<String, String> named = refs(repository, model);
    if (revision != null) {
      return List.of(published.get(resolve(model, revision, all, named)));
    }
    if (layout == Layout.PLAIN) {
      return List.of(published.get(newest(all, named)));
    }
    named.forEach((ref, at) -> refs.add(new Ref(model, ref, at)));
    return List.copyOf(published.values());
  }

  private static String resolve(
      String model, String text, List<String> all, Map<String, String> refs) throws IOException {
    if (all.contains(refs.get(text))) {
      return refs.get(text);
    }
    List<String> matches = all.stream().filter(r -> r.startsWith(text)).toList();
    if (text.length() < 4 && !all.contains(text) || matches.size() != 1) {
      throw new NotInStoreException(
          model
              + "@"
              + text
              + ": "
              + (matches.size() > 1 ? "several revisions start so" : "no such revision")
              + "; the model has "
              + String.join(", ", all.subList(0, Math.min(all.size(), 5))));
    }
    return matches.get(0);
  }

  /** What {@code refs/main} names; where there is none, what was published last. */
  private static String newest(List<String> all, Map<String, String> refs) {
    String main = refs.get("main");
    if (main != null && all.contains(main)) {
      return main;
    }
    if (all.size() == 1) {
      return all.get(0);
    }
    return refs.values().stream().filter(all::contains).findFirst().orElse(all.get(all.size() - 1));
  }

  private static List<String> models(Repository repository) throws IOException {
    List<String> models = new ArrayList<>();
    repository.models(models::add);
    return models;
  }

  /** The published revisions of a model and their manifests. */
  private static TreeMap<String, StoredRevision> published(Repository repository, String model)
      throws IOException {
    List<String> names = new ArrayList<>();
    repository.revisions(model, names::add);
    TreeMap<String, StoredRevision> published = new TreeMap<>();
    for (String name : names) {
      Optional<Pointer> pointer = repository.pointer(model, name);
      if (pointer.isPresent() && !pointer.get().deleted()) {
        published.put(name, new StoredRevision(model, name, pointer.get().manifest()));
      }
    }
    return published;
  }

  private static TreeMap<String, String> refs(Repository repository, String model)
      throws IOException {
    List<String> names = new ArrayList<>();
    repository.refs(model, names::add);
    TreeMap<String, String> refs = new TreeMap<>();
    for (String name : names) {
      repository.ref(model, name).ifPresent(revision -> refs.put(name, revision));
    }
    return refs;
  }
}
