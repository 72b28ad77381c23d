package dev.zoopress.jobs.verify;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.frame.FrameDecoder;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.pack.FrameChunk;
import dev.zoopress.codec.pack.PackFrame;
import dev.zoopress.codec.pack.PackReader;
import dev.zoopress.jobs.restore.Ticker;
import dev.zoopress.jobs.store.ObjectInfo;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.StoreAccess;
import dev.zoopress.jobs.verify.PackRefs.Ref;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.function.FlatMapFunction;
import scala.Tuple2;

/**
 * Compares packs with what manifests say of them. In full, each pack is read once for its SHA-256,
 * and frames that no file made somebody decode are decoded here.
 */
final class PackTask
    implements FlatMapFunction<
        Iterator<Tuple2<String, Tuple2<Iterable<ObjectInfo>, Iterable<Ref>>>>, Tally> {
  private static final long serialVersionUID = 1L;
  private static final int READ_BYTES = 4 << 20;

  private final StoreAccess access;
  private final VerifyOptions.Mode mode;
  private final Ticker.Counters counters;

  PackTask(StoreAccess access, VerifyOptions.Mode mode, Ticker.Counters counters) {
    this.access = access;
    this.mode = mode;
    this.counters = counters;
  }

  @Override
  public Iterator<Tally> call(
      Iterator<Tuple2<String, Tuple2<Iterable<ObjectInfo>, Iterable<Ref>>>> packs)
      throws IOException {
    Tally tally = new Tally();
    try (ObjectStore store = access.open();
        FrameDecoder decoder = new FrameDecoder()) {
      Packs check = new Packs(store, decoder, tally);
      while (packs.hasNext()) {
        Tuple2<String, Tuple2<Iterable<ObjectInfo>, Iterable<Ref>>> pack = packs.next();
        Set<Ref> refs = new HashSet<>();
        pack._2()._2().forEach(refs::add);
        boolean there = false;
        for (ObjectInfo object : pack._2()._1()) {
          there = true;
          check.twice(pack._1(), object, refs);
        }
        if (!there) {
          tally.add(
              new Damage(
                  Damage.Kind.MISSING,
                  ChunkCheck.packKey(pack._1()),
                  0,
                  "it is not there, and manifests refer to it"));
        }
      }
    }
    return List.of(tally).iterator();
  }

  private final class Packs {
    private final ObjectStore store;
    private final FrameDecoder decoder;
    private Tally tally;
    private final byte[] buffer = new byte[READ_BYTES];
    private byte[] stored = new byte[0];
    private byte[] raw = new byte[0];

    Packs(ObjectStore store, FrameDecoder decoder, Tally tally) {
      this.store = store;
      this.decoder = decoder;
      this.tally = tally;
    }

    /** What seems damaged is read once more: a bit may have turned on its way. */
    void twice(String id, ObjectInfo object, Set<Ref> refs) {
      Tally all = tally;
      tally = new Tally();
      pack(id, object, refs);
      if (tally.damageCount() > 0) {
        tally = new Tally();
        pack(id, object, refs);
      }
      counters.add(object.sizeBytes(), 0);
      tally = all.plus(tally);
    }

    private void pack(String id, ObjectInfo object, Set<Ref> refs) {
      String key = object.key();
      tally.object();
      try (ByteSource source = store.open(key)) {
        refs.stream()
            .filter(r -> r.end() > source.size())
            .findAny()
            .ifPresent(r -> tally.add(tooShort(key, source.size(), r.end())));
        if (mode == VerifyOptions.Mode.FULL) {
          digest(id, key, source);
        }
        List<PackFrame> frames = PackReader.open(source).frames();
        compare(key, frames, refs);
        if (mode == VerifyOptions.Mode.FULL) {
          decode(key, source, frames, refs);
        }
      } catch (IOException | RuntimeException e) {
        tally.add(Damage.of(key, 0, e));
      }
    }

    private Damage tooShort(String key, long size, long needed) {
      return new Damage(
          Damage.Kind.MISSING,
          key,
          size,
          "it ends there, and manifests need it up to byte " + needed);
    }

    private void digest(String id, String key, ByteSource source) throws IOException {
      MessageDigest digest = Digests.sha256();
      for (long at = 0; at < source.size(); at += READ_BYTES) {
        int length = (int) Math.min(READ_BYTES, source.size() - at);
        source.readFully(at, buffer, 0, length);
        digest.update(buffer, 0, length);
      }
      String actual = HexFormat.of().formatHex(digest.digest());
      if (!actual.equals(id)) {
        tally.add(Damage.damaged(key, 0, "its SHA-256 is " + actual + ", not what its name says"));
      }
    }

    /** Whether what manifests refer to is what the pack's index lists. */
    private void compare(String key, List<PackFrame> frames, Set<Ref> refs) {
      Set<Ref> listed = new HashSet<>();
      for (PackFrame frame : frames) {
        for (FrameChunk chunk : frame.chunks()) {
          listed.add(
              new Ref(
                  frame.offsetBytes(),
                  frame.storedBytes(),
                  frame.rawBytes(),
                  chunk.offsetInFrame(),
                  chunk.id(),
                  false));
        }
      }
      for (Ref ref : refs) {
        if (!listed.contains(ref.asBase())) {
          tally.add(
              Damage.damaged(
                  key,
                  ref.frameOffset(),
                  "its index does not list chunk " + ref.id() + " there, as a manifest says"));
        }
      }
    }

    private void decode(String key, ByteSource source, List<PackFrame> frames, Set<Ref> refs) {
      Set<Place> done = new HashSet<>();
      refs.stream()
          .filter(Ref::decoded)
          .forEach(r -> done.add(new Place(r.frameOffset(), r.inside())));
      for (PackFrame frame : frames) {
        boolean all =
            frame.chunks().stream()
                .allMatch(c -> done.contains(new Place(frame.offsetBytes(), c.offsetInFrame())));
        // Without a manifest nobody knows where the bases of such a frame lie.
        if (!all && frame.bases().isEmpty()) {
          decode(key, source, frame);
        }
      }
    }

    private void decode(String key, ByteSource source, PackFrame frame) {
      stored = stored.length < frame.storedBytes() ? new byte[frame.storedBytes()] : stored;
      raw = raw.length < frame.rawBytes() ? new byte[frame.rawBytes()] : raw;
      try {
        source.readFully(frame.offsetBytes(), stored, 0, frame.storedBytes());
        decoder.decode(
            key, frame.offsetBytes(), stored, 0, frame.storedBytes(), raw, 0, frame.rawBytes());
      } catch (IOException | RuntimeException e) {
        tally.add(Damage.of(key, frame.offsetBytes(), e));
        return;
      }
      for (FrameChunk chunk : frame.chunks()) {
        MessageDigest digest = Digests.sha256();
        digest.update(raw, chunk.offsetInFrame(), chunk.lengthBytes());
        ChunkId id = ChunkId.of(digest.digest());
        tally.chunk(chunk.lengthBytes());
        if (!id.equals(chunk.id())) {
          tally.add(
              Damage.damaged(
                  key,
                  frame.offsetBytes(),
                  "its frame gives a chunk " + id + " where " + chunk.id() + " belongs"));
        }
      }
    }
  }

  private record Place(long frame, int inside) {}
}
