package dev.zoopress.eval.compare;

import dev.zoopress.eval.model.ModelFiles;
import java.io.IOException;
import java.io.Serializable;

/** Where a side is and who opens it. */
public record SideSpec(String opener, String spec) implements Serializable {
  private static final long serialVersionUID = 1L;

  public static SideSpec of(Class<? extends SideOpener> opener, String spec) {
    return new SideSpec(opener.getName(), spec);
  }

  /** Opens the side anew. */
  public ModelFiles open() throws IOException {
    try {
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      Class<?> type = Class.forName(opener, true, loader);
      return type.asSubclass(SideOpener.class).getConstructor().newInstance().open(spec);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("opener " + opener, e);
    }
  }

  @Override
  public String toString() {
    // The specification may hold a store's credentials.
    return opener;
  }
}
