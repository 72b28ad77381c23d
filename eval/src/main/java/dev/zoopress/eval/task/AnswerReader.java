package dev.zoopress.eval.task;

import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.eval.text.TextTokenizer;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Reads answers from logits as the pipelines of {@code transformers} do. */
public final class AnswerReader {
  private final TextTokenizer tokenizer;
  private final TaskSettings settings;

  public AnswerReader(TextTokenizer tokenizer, TaskSettings settings) {
    this.tokenizer = tokenizer;
    this.settings = settings;
  }

  /**
   * One answer per mask.
   *
   * @param logits rows of the vocabulary's width, one for each position of the only input
   */
  public List<Answer> fillMask(Prepared prepared, FloatBuffer logits, int width)
      throws IOException {
    List<Answer> answers = new ArrayList<>();
    for (int mask : prepared.masks()) {
      answers.add(fillOne(prepared, mask, row(logits, mask, width)));
    }
    return answers;
  }

  private Answer fillOne(Prepared prepared, int mask, float[] row) throws IOException {
    double[] probabilities = softmax(row);
    int[] choice = best(probabilities);
    List<Integer> ids = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    List<String> tokens = new ArrayList<>();
    List<String> sequences = new ArrayList<>();
    for (int id : choice) {
      long[] filled = prepared.ids().clone();
      filled[mask] = id;
      ids.add(id);
      scores.add(probabilities[id]);
      tokens.add(tokenizer.decode(new long[] {id}));
      sequences.add(
          prepared.masks().length == 1 ? tokenizer.decode(filled) : tokenizer.decodeAll(filled));
    }
    return new Answer(ids, scores, tokens, sequences);
  }

  /** The best tokens, of equal ones the first. */
  private int[] best(double[] probabilities) throws IOException {
    IntStream candidates =
        settings.targets().isEmpty()
            ? IntStream.range(0, probabilities.length)
            : targetIds(probabilities.length);
    return candidates
        .boxed()
        .sorted(Comparator.<Integer>comparingDouble(i -> -probabilities[i]).thenComparing(i -> i))
        .limit(settings.topK())
        .mapToInt(i -> i)
        .toArray();
  }

  private IntStream targetIds(int words) throws IOException {
    List<Integer> ids = new ArrayList<>();
    for (String target : settings.targets()) {
      int id = tokenizer.id(target).orElse(-1);
      if (id < 0) {
        long[] pieces = tokenizer.encode(target, Integer.MAX_VALUE).ids();
        if (pieces.length < 3) {
          continue;
        }
        id = (int) pieces[1];
      }
      if (id < words && !ids.contains(id)) {
        ids.add(id);
      }
    }
    if (ids.isEmpty()) {
      throw new UnusableModelException(
          "none of the targets " + settings.targets() + " is a token of this model");
    }
    return ids.stream().mapToInt(i -> i);
  }

  /** The log probability of the token that each input masks, summed, and their number. */
  public Answer tokenLogProbability(
      Prepared prepared, int firstInput, FloatBuffer logits, int width) {
    double sum = 0;
    int rows = logits.remaining() / width;
    for (int i = 0; i < rows; i++) {
      int position = prepared.positions().get(firstInput + i)[0];
      float[] row = row(logits, i, width);
      sum += logProbability(row, (int) prepared.ids()[position]);
    }
    return new Answer(List.of(rows), List.of(sum), List.of(), List.of());
  }

  /** The chosen class and all logits. */
  public static Answer classify(FloatBuffer logits) {
    int best = 0;
    List<Double> scores = new ArrayList<>();
    for (int i = 0; i < logits.remaining(); i++) {
      scores.add((double) logits.get(logits.position() + i));
      best = scores.get(i) > scores.get(best) ? i : best;
    }
    return new Answer(List.of(best), scores, List.of(), List.of());
  }

  private static float[] row(FloatBuffer logits, int row, int width) {
    float[] values = new float[width];
    logits.get(logits.position() + row * width, values);
    return values;
  }

  private static double[] softmax(float[] row) {
    double most = Double.NEGATIVE_INFINITY;
    for (float v : row) {
      most = Math.max(most, v);
    }
    double sum = 0;
    double[] out = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      out[i] = Math.exp(row[i] - most);
      sum += out[i];
    }
    for (int i = 0; i < row.length; i++) {
      out[i] /= sum;
    }
    return out;
  }

  private static double logProbability(float[] row, int id) {
    double most = Double.NEGATIVE_INFINITY;
    for (float v : row) {
      most = Math.max(most, v);
    }
    double sum = 0;
    for (float v : row) {
      sum += Math.exp(v - most);
    }
    return row[id] - most - Math.log(sum);
  }
}
