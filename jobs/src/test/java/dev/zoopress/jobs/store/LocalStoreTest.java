package dev.zoopress.jobs.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class LocalStoreTest extends AbstractObjectStoreTest {
  @Override
  ObjectStore open() throws IOException {
    return Stores.open(folder.resolve("store").toUri().toString(), new Configuration(false));
  }

  @Override
  int largeBytes() {
    return 1 << 20;
  }

  @Test
  void nothingIsLeftInTheSpool() throws IOException {
    store.putIfAbsent("x", bytes("x"));
    store.putIfAbsent("x", bytes("y"));
    store.put("x", bytes("z"));
    store.putIfAbsent("y", Files.write(folder.resolve("file"), bytes("y")));
    try (var left = Files.list(store.spoolDirectory())) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void theSpoolIsNoPlaceForObjects() {
    assertThatThrownBy(() -> store.put(".spool/x", bytes("x")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nothingLiesBelowAnObject() throws IOException {
    store.putIfAbsent("x", bytes("x"));
    assertThat(store.size("x/y")).isEmpty();
    assertThat(store.delete("x/y")).isFalse();
    assertThatThrownBy(() -> store.get("x/y", 1)).isInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  void plainPathsAreStores() throws IOException {
    store.putIfAbsent("x", bytes("x"));
    ObjectStore same = Stores.open(folder.resolve("store").toString(), new Configuration(false));
    assertThat(same.get("x", 1)).isEqualTo(bytes("x"));
  }

  @Test
  void aFullDiskIsSaidSo() throws IOException {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "no /dev/full here");
    IOException failure = null;
    try (var channel = FileChannel.open(full, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes("x")));
    } catch (IOException e) {
      failure = e;
    }
    assertThat(
            StoreErrors.local("store")
                .translate("key", failure, StoreException.WriteState.NOT_WRITTEN))
        .hasMessageContaining("disk is full")
        .hasMessageContaining("key");
  }
}
