package dev.zoopress.jobs.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Creates folders and forces them to disk. Writers that ask for one folder at the same time share
 * one force: whoever waits for the one under way lets the next one speak for all.
 */
final class FolderSync {
  private static final class State {
    private final ReentrantLock lock = new ReentrantLock();
    private long asked;
    private long done;
  }

  private final ConcurrentHashMap<Path, State> states = new ConcurrentHashMap<>();

  /** Creates the folder and its parents; the new names are on disk on return. */
  void create(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      create(parent);
    }
    Files.createDirectories(folder);
    if (parent != null) {
      force(parent);
    }
  }

  /** Forces the folder's entries as they are now. */
  void force(Path folder) throws IOException {
    State state = states.computeIfAbsent(folder, p -> new State());
    long ticket;
    synchronized (state) {
      ticket = ++state.asked;
    }
    state.lock.lock();
    try {
      long covers;
      synchronized (state) {
        if (state.done >= ticket) {
          return;
        }
        covers = state.asked;
      }
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
      synchronized (state) {
        state.done = covers;
      }
    } finally {
      state.lock.unlock();
      if (states.size() > 1024) {
        states.clear();
      }
    }
  }

  /** Forces a file's content. */
  static void forceFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(false);
    }
  }
}
