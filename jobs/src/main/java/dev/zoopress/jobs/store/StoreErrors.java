package dev.zoopress.jobs.store;

import dev.zoopress.jobs.store.StoreException.WriteState;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;

/** Turns what a file system throws into messages that name the object and what to do. */
final class StoreErrors {
  private final String store;
  private final List<String> secrets;

  private StoreErrors(String store, List<String> secrets) {
    this.store = store;
    this.secrets = secrets;
  }

  static StoreErrors local(String store) {
    return new StoreErrors(store, List.of());
  }

  static StoreErrors of(URI uri, Configuration conf) {
    List<String> secrets = new ArrayList<>();
    for (var entry : conf) {
      String key = entry.getKey().toLowerCase(Locale.ROOT);
      if (key.endsWith("secret.key") || key.endsWith("session.token") || key.endsWith("password")) {
        String value = entry.getValue();
        if (value != null && value.length() >= 4) {
          secrets.add(value);
        }
      }
    }
    String authority = uri.getAuthority() == null ? "" : uri.getAuthority().replaceAll(".*@", "");
    return new StoreErrors(uri.getScheme() + "://" + authority + uri.getPath(), secrets);
  }

  String store() {
    return store;
  }

  /** What to throw for {@code thrown}: itself where it is already one of ours. */
  IOException translate(String key, Exception thrown, WriteState writeState) {
    if (thrown instanceof StoreException || thrown instanceof ObjectNotFoundException) {
      return (IOException) thrown;
    }
    if (thrown instanceof InvalidKeyException bad) {
      throw bad;
    }
    String where = key.isEmpty() ? store : key + " in " + store;
    String cause = redact(cause(thrown));
    String why = advice(thrown, cause);
    return new StoreException(where + ": " + why + " (" + cause + ")", writeState, thrown);
  }

  /** True if the whole bucket is missing, which file systems also report as "not found". */
  static boolean missingBucket(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t.getClass().getSimpleName().equals("UnknownStoreException")
          || text(t).contains("NoSuchBucket")) {
        return true;
      }
    }
    return false;
  }

  /** True if the same read may well succeed a little later. */
  static boolean passing(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      String type = t.getClass().getSimpleName();
      if (t instanceof AccessDeniedException
          || t instanceof NoSuchFileException
          || t instanceof FileNotFoundException
          || t instanceof UnknownHostException
          || type.contains("Credential")
          || type.equals("NoAuthWithAWSException")
          || type.equals("AccessControlException")
          || type.equals("RemoteFileChangedException")) {
        return false;
      }
    }
    return true;
  }

  private static String advice(Throwable thrown, String cause) {
    if (missingBucket(thrown)) {
      return "there is no such bucket; create it or check the store's URI and endpoint";
    }
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      String text = text(t);
      String type = t.getClass().getSimpleName();
      if (text.contains("No space left") || text.contains("Disk quota exceeded")) {
        return "the disk is full; free space there (zoopress gc) or move the store";
      }
      if (text.contains("Read-only file system")) {
        return "the file system is read-only; remount it or choose another store";
      }
      if (type.contains("Credential")
          || type.equals("NoAuthWithAWSException")
          || text.contains("InvalidAccessKeyId")
          || text.contains("SignatureDoesNotMatch")
          || text.contains("ExpiredToken")) {
        return "the credentials are missing, wrong or expired; set fs.s3a.access.key and secret.key"
            + " or the credentials provider";
      }
      if (t instanceof AccessDeniedException
          || type.equals("AccessControlException")
          || text.contains("Permission denied")) {
        return "access denied; check the credentials and the rights of the store's owner";
      }
      if (t instanceof ConnectException || t instanceof UnknownHostException) {
        return "the store cannot be reached; check endpoint and network";
      }
      if (text.contains("File name too long")) {
        return "the name is too long for this file system";
      }
      if (type.equals("UnsupportedFileSystemException")) {
        return "no file system for this scheme; check the URI";
      }
      if (type.equals("RemoteFileChangedException")) {
        return "the object was replaced while it was read; run again";
      }
      if (t instanceof NoSuchFileException || t instanceof FileNotFoundException) {
        return "not found";
      }
    }
    return cause.isEmpty()
        ? "failed"
        : "the store failed; run again, and 'zoopress doctor' if it persists";
  }

  private static String cause(Throwable thrown) {
    String text = text(thrown);
    if (thrown instanceof FileSystemException e && e.getReason() != null) {
      text = e.getReason();
    }
    int line = text.indexOf('\n');
    text = line < 0 ? text : text.substring(0, line);
    text = text.length() <= 300 ? text : text.substring(0, 300) + "...";
    return text.isEmpty() ? thrown.getClass().getSimpleName() : text;
  }

  private static String text(Throwable t) {
    return t.getMessage() == null ? "" : t.getMessage();
  }

  private String redact(String text) {
    String result = text;
    for (String secret : secrets) {
      result = result.replace(secret, "***");
    }
    return result;
  }
}
