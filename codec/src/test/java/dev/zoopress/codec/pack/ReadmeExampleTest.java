package dev.zoopress.codec.pack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.tensor.DType;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in README.md compiles against what is public, and does what it says. */
final class ReadmeExampleTest {
  @Test
  void theExampleRuns(@TempDir Path folder) throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    int start = readme.indexOf("```java\n") + "```java\n".length();
    Path source = folder.resolve("Example.java");
    Files.writeString(source, readme.substring(start, readme.indexOf("```", start)));
    String classPath = System.getProperty("java.class.path");
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", classPath, "-d", folder.toString(), source.toString());
    assertThat(code).isZero();

    Path model = folder.resolve("m.safetensors");
    List<PackSamples.Tensor> tensors =
        List.of(PackSamples.weights(new Random(1), "embeddings.weight", DType.BF16, 512, 256));
    Files.write(model, PackSamples.safetensors(tensors));
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Method main = loader.loadClass("Example").getDeclaredMethod("main", String[].class);
      main.setAccessible(true);
      main.invoke(null, (Object) new String[] {model.toString(), "embeddings.weight"});
    }
    assertThat(folder.resolve("m.safetensors.copy")).hasSameBinaryContentAs(model);
    assertThat(Files.size(folder.resolve("m.safetensors.zpk"))).isLessThan(Files.size(model));
  }
}
