package dev.zoopress.codec.manifest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.codec.view.Rule;
import dev.zoopress.codec.view.View;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads one manifest strictly: the keys of the grammar in their order, and nothing else. */
final class ManifestReader {
  /** Digests do not compress: no real manifest comes near. */
  private static final long MAX_RATIO = 256;

  private static final long MIN_BOUND = 1 << 20;
  private static final int MAX_CHUNK_BYTES = 1 << 24;
  private static final int MAX_RANK = 256;
  private static final int MAX_LINK_CHARS = 4096;
  private static final int MAX_FORMAT_CHARS = 64;

  private final String object;
  private final byte[] stored;
  private JsonParser in;
  private final List<String> packs = new ArrayList<>();
  private final List<Base> bases = new ArrayList<>();

  ManifestReader(String object, byte[] stored) {
    this.object = object;
    this.stored = stored;
  }

  Manifest read() throws IOException {
    long size = stored.length == 0 ? -1 : Zstd.getFrameContentSize(stored);
    long most = Math.min(ManifestFormat.MAX_JSON_BYTES, MAX_RATIO * stored.length + MIN_BOUND);
    if (size <= 0 || size > most) {
      throw new CorruptContainerException(object, 0, "decompressed length " + size);
    }
    byte[] text = new byte[(int) size];
    try {
      long got = Zstd.decompress(text, stored);
      if (Zstd.isError(got) || got != size) {
        throw new CorruptContainerException(object, 0, "does not decompress");
      }
    } catch (ZstdException e) {
      throw new CorruptContainerException(object, 0, "does not decompress: " + e.getMessage());
    }
    try (JsonParser parser = ManifestFormat.JSON.createParser(text)) {
      in = parser;
      next(JsonToken.START_OBJECT);
      if (!text("format").equals(ManifestFormat.NAME)) {
        throw damaged("not a manifest");
      }
      long version = number("version");
      if (version != ManifestFormat.VERSION) {
        throw new UnsupportedVersionException(object, version, 1, ManifestFormat.VERSION);
      }
      key("packs");
      next(JsonToken.START_ARRAY);
      while (in.nextToken() != JsonToken.END_ARRAY) {
        expect(JsonToken.VALUE_STRING);
        packs.add(hex(in.getText(), 64));
      }
      bases();
      List<FileEntry> files = files();
      next(JsonToken.END_OBJECT);
      if (in.nextToken() != null) {
        throw damaged("text behind the end");
      }
      requireNoFolders(files);
      return new Manifest(files);
    } catch (JsonParseException e) {
      throw new CorruptContainerException(
          object, e.getLocation().getByteOffset(), "JSON: " + e.getOriginalMessage());
    } catch (JacksonException e) {
      throw new CorruptContainerException(object, 0, "JSON: " + e.getOriginalMessage());
    } catch (CharConversionException e) {
      throw new CorruptContainerException(object, 0, "JSON: " + e.getMessage());
    }
  }

  /** A base may name bases before it only, so there are no cycles. */
  private void bases() throws IOException {
    key("bases");
    next(JsonToken.START_ARRAY);
    while (in.nextToken() != JsonToken.END_ARRAY) {
      expect(JsonToken.START_OBJECT);
      bases.add(base());
    }
  }

  private Base base() throws IOException {
    DType from = dtype("from");
    long rows = number("rows");
    long columns = number("columns");
    if (rows > View.MAX_TRANSPOSED_BYTES || columns > View.MAX_TRANSPOSED_BYTES) {
      throw damaged(rows + " x " + columns + " to transpose");
    }
    String ruleName = text("rule");
    Rule rule;
    try {
      rule = Rule.valueOf(ruleName);
    } catch (IllegalArgumentException e) {
      throw damaged("rule '" + ruleName + "' is unknown to this build");
    }
    View view = new View(from, (int) rows, (int) columns, rule, dtype("to"));
    Base.Scales scales = scales();
    List<ChunkEntry> chunks = new ArrayList<>();
    key("chunks");
    next(JsonToken.START_ARRAY);
    while (in.nextToken() != JsonToken.END_ARRAY) {
      expect(JsonToken.START_ARRAY);
      chunks.add(chunk());
    }
    next(JsonToken.END_OBJECT);
    try {
      return new Base(view, chunks, scales);
    } catch (IllegalArgumentException e) {
      throw damaged("base " + bases.size() + ": " + e.getMessage());
    }
  }

  private Base.Scales scales() throws IOException {
    key("scales");
    next(JsonToken.START_ARRAY);
    if (in.nextToken() == JsonToken.END_ARRAY) {
      return null;
    }
    expect(JsonToken.START_ARRAY);
    ChunkEntry chunk = chunk();
    int offset = number(0, MAX_CHUNK_BYTES, "offset of scales");
    int count = number(1, MAX_CHUNK_BYTES, "number of scales");
    in.nextToken();
    long stride = number();
    in.nextToken();
    expect(JsonToken.VALUE_NUMBER_INT);
    int zero = in.getIntValue();
    next(JsonToken.END_ARRAY);
    return new Base.Scales(chunk, offset, count, stride, zero);
  }

  private List<FileEntry> files() throws IOException {
    List<FileEntry> files = new ArrayList<>();
    Set<String> paths = new HashSet<>();
    key("files");
    next(JsonToken.START_ARRAY);
    while (in.nextToken() != JsonToken.END_ARRAY) {
      expect(JsonToken.START_OBJECT);
      FileEntry file = file();
      if (!paths.add(file.path())) {
        throw damaged("path '" + file.path() + "' twice");
      }
      if (!files.isEmpty() && files.get(files.size() - 1).path().compareTo(file.path()) > 0) {
        throw damaged("path '" + file.path() + "' is out of order");
      }
      files.add(file);
    }
    return files;
  }

  /** A path below another file could not be restored. */
  private void requireNoFolders(List<FileEntry> files) throws IOException {
    Set<String> paths = new HashSet<>();
    files.forEach(file -> paths.add(file.path()));
    for (String path : paths) {
      for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        if (paths.contains(path.substring(0, slash))) {
          throw damaged("path '" + path + "' lies below a file");
        }
      }
    }
  }

  private FileEntry file() throws IOException {
    String path = text("path");
    String problem = FilePaths.problem(path);
    if (problem != null) {
      throw damaged("path '" + path + "' " + problem);
    }
    long size = number("size");
    String sha256 = hex(text("sha256"), 64);
    String sha1 = text("gitSha1");
    if (!sha1.isEmpty()) {
      hex(sha1, 40);
    }
    key("lfs");
    boolean lfs = in.nextToken() == JsonToken.VALUE_TRUE;
    if (!lfs) {
      expect(JsonToken.VALUE_FALSE);
    }
    String link = text("link");
    if (link.length() > MAX_LINK_CHARS || link.indexOf('\0') >= 0) {
      throw damaged("link of '" + path + "' has " + link.length() + " characters or a NUL");
    }
    String container = text("container");
    if (container.length() > MAX_FORMAT_CHARS) {
      throw damaged("container of " + container.length() + " characters");
    }
    boolean folded = container.startsWith(FileEntry.FOLDED);
    List<SegmentEntry> segments = new ArrayList<>();
    long total = 0;
    key("segments");
    next(JsonToken.START_ARRAY);
    while (in.nextToken() != JsonToken.END_ARRAY) {
      expect(JsonToken.START_OBJECT);
      SegmentEntry segment = segment();
      if (segment.lengthBytes() > (folded ? Long.MAX_VALUE : size) - total) {
        throw damaged("segments of '" + path + "' are longer than the file, " + size);
      }
      total += segment.lengthBytes();
      segments.add(segment);
    }
    if (total != size && !folded) {
      throw damaged("segments of '" + path + "' have " + total + " bytes, the file " + size);
    }
    next(JsonToken.END_OBJECT);
    return new FileEntry(path, size, sha256, sha1, lfs, link, container, segments);
  }

  private SegmentEntry segment() throws IOException {
    String name = text("name");
    DType dtype = dtype("dtype");
    List<Long> shape = new ArrayList<>();
    key("shape");
    next(JsonToken.START_ARRAY);
    while (in.nextToken() != JsonToken.END_ARRAY) {
      if (shape.size() == MAX_RANK) {
        throw damaged("rank beyond " + MAX_RANK);
      }
      shape.add(number());
    }
    long length = number("length");
    if (length < 1) {
      throw damaged("empty segment");
    }
    List<ChunkEntry> chunks = new ArrayList<>();
    long total = 0;
    key("chunks");
    next(JsonToken.START_ARRAY);
    while (in.nextToken() != JsonToken.END_ARRAY) {
      expect(JsonToken.START_ARRAY);
      ChunkEntry chunk = chunk();
      total += chunk.lengthBytes();
      chunks.add(chunk);
    }
    if (total != length) {
      throw damaged("chunks have " + total + " bytes, their segment " + length);
    }
    next(JsonToken.END_OBJECT);
    return new SegmentEntry(name, dtype, shape, length, chunks);
  }

  private DType dtype(String key) throws IOException {
    String name = text(key);
    try {
      return DType.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw damaged("element type '" + name + "' is unknown to this build");
    }
  }

  private ChunkEntry chunk() throws IOException {
    next(JsonToken.VALUE_STRING);
    ChunkId id = ChunkId.parse(hex(in.getText(), 64));
    int length = number(1, MAX_CHUNK_BYTES, "chunk length");
    int pack = number(0, packs.size() - 1, "pack index");
    in.nextToken();
    long frameOffset = number();
    if (frameOffset > Long.MAX_VALUE - 2 * MAX_CHUNK_BYTES) {
      throw damaged("frame offset " + frameOffset);
    }
    int frameStored = number(1, 2 * MAX_CHUNK_BYTES, "frame length");
    int frameRaw = number(1, MAX_CHUNK_BYTES, "raw frame length");
    int offset = number(0, frameRaw - length, "offset in frame");
    ChunkLocation alone =
        new ChunkLocation(packs.get(pack), frameOffset, frameStored, frameRaw, offset);
    if (in.nextToken() == JsonToken.END_ARRAY) {
      return new ChunkEntry(id, length, alone);
    }
    long baseNumber = number();
    if (baseNumber >= bases.size()) {
      throw damaged("base " + baseNumber + " of " + bases.size());
    }
    in.nextToken();
    long position = number();
    next(JsonToken.END_ARRAY);
    try {
      return new ChunkEntry(id, length, alone.standingOn(bases.get((int) baseNumber), position));
    } catch (IllegalArgumentException e) {
      throw damaged(e.getMessage() + " " + baseNumber);
    }
  }

  private int number(long min, long max, String what) throws IOException {
    in.nextToken();
    long value = number();
    if (value < min || value > max) {
      throw damaged(what + " " + value + " is not in " + min + ".." + max);
    }
    return (int) value;
  }

  private long number(String key) throws IOException {
    key(key);
    in.nextToken();
    return number();
  }

  private long number() throws IOException {
    expect(JsonToken.VALUE_NUMBER_INT);
    if (in.getNumberType() == JsonParser.NumberType.BIG_INTEGER || in.getLongValue() < 0) {
      throw damaged("number " + in.getText());
    }
    return in.getLongValue();
  }

  private String text(String key) throws IOException {
    key(key);
    next(JsonToken.VALUE_STRING);
    return in.getText();
  }

  private String hex(String text, int length) throws CorruptContainerException {
    boolean good = text.length() == length;
    for (int i = 0; good && i < length; i++) {
      char c = text.charAt(i);
      good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
    if (!good) {
      throw damaged("'" + text + "' is not " + length + " hex digits");
    }
    return text;
  }

  private void key(String name) throws IOException {
    next(JsonToken.FIELD_NAME);
    if (!in.currentName().equals(name)) {
      throw damaged("key '" + in.currentName() + "', expected '" + name + "'");
    }
  }

  private void next(JsonToken token) throws IOException {
    in.nextToken();
    expect(token);
  }

  private void expect(JsonToken token) throws IOException {
    if (in.currentToken() != token) {
      throw damaged("found " + in.currentToken() + ", expected " + token);
    }
  }

  private CorruptContainerException damaged(String reason) {
    return new CorruptContainerException(
        object, Math.max(0, in.currentLocation().getByteOffset()), reason);
  }
}
