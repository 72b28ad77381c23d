package dev.zoopress.eval.onnx;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Memory outside the Java heap that a closed session leaves behind: buffers that wait for a garbage
 * collection which nothing asks for, and what the C allocator keeps. Where the JVM offers neither
 * way both do nothing.
 */
final class NativeMemory {
  private static final MethodHandle CLEANER = cleaner();

  private NativeMemory() {}

  /** Frees a direct buffer at once. Nobody may touch it, or a view of it, any more. */
  static void free(ByteBuffer direct) {
    if (CLEANER == null) {
      return;
    }
    try {
      CLEANER.invokeExact(direct);
    } catch (Throwable refused) {
      throw new IllegalStateException("a direct buffer cannot be freed: " + refused, refused);
    }
  }

  /** Gives back to the system what the C allocator keeps of freed memory. */
  static void trim() {
    try {
      MBeanServer server = ManagementFactory.getPlatformMBeanServer();
      ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
      server.invoke(commands, "systemTrimNativeHeap", new Object[0], new String[0]);
    } catch (JMException notThere) {
      // JVMs before 17.0.9, and those of systems whose allocator keeps nothing.
    }
  }

  private static MethodHandle cleaner() {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field instance = type.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      return MethodHandles.publicLookup()
          .findVirtual(type, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
          .bindTo(instance.get(null));
    } catch (ReflectiveOperationException | RuntimeException notThere) {
      return null;
    }
  }
}
