package io.farspan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.farspan.eval.BleuConfig;
import io.farspan.eval.BootstrapConfig;
import io.farspan.eval.Bos;
import io.farspan.eval.ChrfConfig;
import io.farspan.eval.Haystack;
import io.farspan.eval.NeedleKind;
import io.farspan.eval.PasskeyConfig;
import io.farspan.eval.PasskeyForm;
import io.farspan.eval.PromptPart;
import io.farspan.eval.RougeConfig;
import io.farspan.eval.RougeKind;
import io.farspan.eval.RulerConfig;
import io.farspan.eval.RulerTask;
import io.farspan.eval.Smoothing;
import io.farspan.eval.Tokenizer;
import io.farspan.eval.Verdict;
import io.farspan.eval.WindowsConfig;
import io.farspan.eval.WindowsKind;
import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Everything that the C library offers can be reached from Java. */
class CoverageTest {
    /** Exported functions that Java does not call, with the reason. */
    private static final Map<String, String> NOT_CALLED =
            Map.of("farspan_get_api", "the bridge is linked to the functions; a table would reach the same ones");

    /** Structs that the library fills: their classes know the size, and need no init. */
    private static final Set<String> ANSWERS = Set.of("probe", "sequence_info", "cache_statistics", "window",
            "loss_summary", "verdict", "long_perplexity", "reach", "bleu_result", "rouge_result", "interval", "passkey",
            "ruler_info", "recall", "model_info", "model_note");

    /** Prefixes of the C constants, with the enums that name them. */
    private static final Map<String, Class<? extends Enum<?>>> ENUMS = Map.ofEntries(Map.entry("ERROR_", Status.class),
            Map.entry("ROPE_", RopeMethod.class), Map.entry("LAYOUT_", Layout.class),
            Map.entry("ANGLE_", RopeConfig.Angle.class), Map.entry("RAMP_", RopeConfig.Ramp.class),
            Map.entry("MAGNITUDE_", RopeConfig.Magnitude.class), Map.entry("SWITCH_", RopeConfig.LengthSwitch.class),
            Map.entry("AXES_", Axes.class), Map.entry("REMAP_", RemapMethod.class),
            Map.entry("BIAS_", BiasMethod.class), Map.entry("TEMPERATURE_", Temperature.class),
            Map.entry("PART_", Part.class), Map.entry("SIDE_", Side.class), Map.entry("ROTATE_", Direction.class),
            Map.entry("SINUSOIDAL_", SinusoidalLayout.class), Map.entry("STATE_", Problem.State.class),
            Map.entry("ISA_", Isa.class), Map.entry("WINDOWS_", WindowsKind.class), Map.entry("BOS_", Bos.class),
            Map.entry("VERDICT_", Verdict.class), Map.entry("TOKENIZER_", Tokenizer.class),
            Map.entry("SMOOTHING_", Smoothing.class), Map.entry("ROUGE_", RougeKind.class),
            Map.entry("PASSKEY_", PasskeyForm.class), Map.entry("RULER_", RulerTask.class),
            Map.entry("HAYSTACK_", Haystack.class), Map.entry("NEEDLE_", NeedleKind.class),
            Map.entry("PROMPT_", PromptPart.class), Map.entry("RELEASE_", Release.class),
            Map.entry("EXTENSION_", Extension.class), Map.entry("LAYER_", LayerKind.class),
            Map.entry("ABSOLUTE_", AbsoluteKind.class), Map.entry("SEVERITY_", Severity.class),
            Map.entry("NOTE_", NoteCode.class));

    @Test
    void everyExportedFunctionIsCalled() throws Exception {
        Set<String> exported = words(run("nm", "-D", "--defined-only", library()), " T (farspan_\\w+)");
        assertTrue(exported.size() > 40, exported.toString());
        Set<String> called =
                words(run("nm", "-D", "--undefined-only", library().replace("libfarspan.so.1", "libfarspan_java.so")),
                        " U (farspan_\\w+)");
        Set<String> missing = new TreeSet<>(exported);
        missing.removeAll(called);
        ANSWERS.forEach(name -> assertTrue(missing.remove("farspan_" + name + "_init"), name));
        assertEquals(NOT_CALLED.keySet(), missing);
    }

    @Test
    void everyGeneratedFunctionIsUsedByThePublicClasses() throws IOException {
        String sources = sources();
        List<String> unused =
                Arrays.stream(Native.class.getDeclaredMethods())
                        .map(Method::getName)
                        .filter(name
                                -> !sources.contains("Native." + name + "(") && !sources.contains("Native::" + name))
                        .collect(Collectors.toList());
        assertEquals(List.of(), unused);
    }

    @Test
    void everyConstantIsInAnEnumWithItsNumber() throws ReflectiveOperationException {
        int checked = 0;
        for (Field field : NativeConstants.class.getFields()) {
            for (Map.Entry<String, Class<? extends Enum<?>>> prefix : ENUMS.entrySet()) {
                if (field.getName().startsWith(prefix.getKey())) {
                    String name = field.getName().substring(prefix.getKey().length());
                    assertEquals(field.getInt(null), number(prefix.getValue(), name.equals("13A") ? "V13A" : name));
                    ++checked;
                }
            }
        }
        for (Dtype dtype : Dtype.values()) {
            assertEquals(NativeConstants.class.getField(dtype.name()).getInt(null), dtype.code);
            ++checked;
        }
        assertEquals(NativeConstants.BLEU_MAX_ORDER, BleuConfig.MAX_ORDER);
        assertEquals(NativeConstants.CHRF_MAX_ORDERS, ChrfConfig.MAX_ORDERS);
        checked += 2;
        int others = 10; // the version's five, OK, the length of dims, and the three types of metadata
        assertEquals(NativeConstants.class.getFields().length - others, checked);
    }

    @Test
    void everyFieldHasASetterThatSetsIt() throws Exception {
        check(new RopeConfig(RopeMethod.BASE), RopeConfig.class, "method");
        check(new RemapConfig(RemapMethod.NONE), RemapConfig.class, "method");
        check(new BiasConfig(BiasMethod.NONE), BiasConfig.class, "method");
        check(new MaskConfig(), MaskConfig.class);
        check(new ScoreConfig(), ScoreConfig.class);
        check(new FireConfig(3, 4, new float[3], new float[3], new float[12], new float[4]), FireConfig.class, "hidden",
                "heads");
        check(new Problem(), Problem.class, "segments");
        check(new CacheConfig(1, 1), CacheConfig.class);
        check(new WindowsConfig(WindowsKind.BLOCKS), WindowsConfig.class, "kind");
        check(new BleuConfig(), BleuConfig.class);
        check(new ChrfConfig(), ChrfConfig.class);
        check(new RougeConfig(RougeKind.N), RougeConfig.class, "kind");
        check(new BootstrapConfig(), BootstrapConfig.class);
        check(new PasskeyConfig(PasskeyForm.LANDMARK), PasskeyConfig.class, "form");
        check(new RulerConfig(RulerTask.TRACKING), RulerConfig.class, "task");
        check(new ModelOptions(), ModelOptions.class);
    }

    @Test
    void everyFieldOfAGradientHasASetter() throws IOException {
        Map<String, Class<?>> types =
                Map.of("attention_gradient", AttentionGradient.class, "merge_gradient", MergeGradient.class);
        Matcher places = Pattern.compile("AT\\(farspan_(\\w+_gradient), (\\w+), \\d+\\)")
                                 .matcher(Files.readString(Path.of("../tests/abi/layout_1.c")));
        int checked = 0;
        while (places.find()) {
            String name = Pattern.compile("_(.)").matcher(places.group(2)).replaceAll(m -> m.group(1).toUpperCase());
            if (!name.matches("structSize|reserved|.*(Count|Bytes)")) {
                Class<?> type = types.get(places.group(1));
                assertTrue(Arrays.stream(type.getMethods()).anyMatch(m -> m.getName().equals(name)), type + name);
                ++checked;
            }
        }
        assertEquals(15 + 10, checked);
    }

    @Test
    void methodsAreFoundByTheLibrarysSpelling() {
        for (RopeMethod method : RopeMethod.values()) {
            assertEquals(method, RopeMethod.find(method.spelling()));
        }
        assertEquals(Arrays.stream(RopeMethod.values()).map(RopeMethod::spelling).collect(Collectors.toList()),
                Farspan.methods(Part.ROPE));
        assertEquals(Arrays.stream(RemapMethod.values()).map(RemapMethod::spelling).collect(Collectors.toList()),
                Farspan.methods(Part.REMAP));
        assertEquals(Arrays.stream(BiasMethod.values()).map(BiasMethod::spelling).collect(Collectors.toList()),
                Farspan.methods(Part.BIAS));
        assertEquals(Arrays.stream(Temperature.values()).map(Temperature::spelling).collect(Collectors.toList()),
                Farspan.methods(Part.TEMPERATURE));
        assertEquals(RopeMethod.YARN, RopeMethod.find("yarn"));
        assertThrows(IllegalArgumentException.class, () -> BiasMethod.find("yarn"));
        assertThrows(IllegalArgumentException.class, () -> RopeMethod.find(null));
    }

    /** Sets each field through the public class and reads it where the frozen layout says that it is. */
    private static void check(Object config, Class<?> type, String... excepted) throws Exception {
        Field access = type.getDeclaredField("fields");
        access.setAccessible(true);
        ByteBuffer fields = (ByteBuffer) access.get(config);
        String struct = "farspan_" + type.getSimpleName().replaceAll("(?<!^)(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
        Matcher places = Pattern.compile("AT\\(" + struct + ", (\\w+), (\\d+)\\)")
                                 .matcher(Files.readString(Path.of("../tests/abi/layout_1.c")));
        int checked = 0;
        while (places.find()) {
            String name = Pattern.compile("_(.)").matcher(places.group(1)).replaceAll(m -> m.group(1).toUpperCase());
            Method setter = Arrays.stream(type.getMethods())
                                    .filter(m -> m.getName().equals(name) && m.getParameterCount() == 1)
                                    .findFirst()
                                    .orElse(null);
            if (setter == null || setter.getParameterTypes()[0].isArray()) {
                boolean isArray = setter != null || name.endsWith("Count");
                assertTrue(isArray || Arrays.asList(excepted).contains(name) || name.matches("structSize|reserved"),
                        type.getSimpleName() + " has no " + name);
                continue;
            }
            for (int value : new int[] {1, 2, 1}) {
                Object given = sample(setter.getParameterTypes()[0], value);
                assertEquals(config, setter.invoke(config, given));
                int at = Integer.parseInt(places.group(2));
                Object read = given instanceof Double ? (Object) fields.getDouble(at)
                        : given instanceof Long       ? (Object) fields.getLong(at)
                                                      : (Object) fields.getInt(at);
                Object expected = given instanceof Boolean ? (Object) ((Boolean) given ? 1 : 0)
                        : given instanceof Enum            ? (Object) codeOf((Enum<?>) given)
                                                           : given;
                assertEquals(expected, read, type.getSimpleName() + "." + name);
            }
            ++checked;
        }
        assertTrue(checked > 0, struct);
    }

    private static Object sample(Class<?> type, int value) {
        return type == boolean.class   ? (Object) (value == 1)
                : type == int.class    ? (Object) value
                : type == long.class   ? (Object) (1L << 33 + value)
                : type == double.class ? (Object) (value + 0.25)
                                       : type.getEnumConstants()[value - 1];
    }

    private static int number(Class<? extends Enum<?>> type, String name) throws ReflectiveOperationException {
        for (Enum<?> constant : type.getEnumConstants()) {
            if (constant.name().equals(name)) {
                return codeOf(constant);
            }
        }
        throw new AssertionError(type.getSimpleName() + " has no " + name);
    }

    private static int codeOf(Enum<?> constant) throws ReflectiveOperationException {
        Field code = constant.getDeclaringClass().getDeclaredField("code");
        assertFalse(Modifier.isPublic(code.getModifiers()));
        code.setAccessible(true);
        return code.getInt(constant);
    }

    private static String library() {
        String classes = Farspan.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        return classes + "META-INF/native/linux-" + System.getProperty("os.arch").replace("amd64", "x86_64")
                + "/libfarspan.so.1";
    }

    private static Set<String> words(String text, String pattern) {
        Set<String> found = new TreeSet<>();
        for (Matcher matcher = Pattern.compile(pattern).matcher(text); matcher.find();) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    private static String sources() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String folder : List.of(
                     "src/main/java/io/farspan", "src/main/java/io/farspan/eval", "src/main/java/io/farspan/runtime")) {
            try (Stream<Path> files = Files.list(Path.of(folder))) {
                for (Path file : files.filter(Files::isRegularFile).collect(Collectors.toList())) {
                    text.append(Files.readString(file));
                }
            }
        }
        return text.toString();
    }
}
