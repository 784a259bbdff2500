#!/usr/bin/env python3
"""tools/check_layers.py must see planted violations, and nothing else."""
import subprocess
import sys
import tempfile
from pathlib import Path

from check import equal, run

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))
from check_layers import check_tree  # noqa: E402


def plant(root, files):
    for name, text in files.items():
        path = Path(root, "src", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def violations(files):
    """Checks a tree of {path under src/: text}; the list of "path:line"."""
    with tempfile.TemporaryDirectory() as root:
        plant(root, files)
        return [f"{name}:{line}" for name, line, _ in check_tree(root)[0]]


def exit_code_tells():
    for files, code in (({"base/a.cpp": "int x;\n"}, 0), ({"base/a.cpp": "#include <thread>\n"}, 1), ({}, 1)):
        with tempfile.TemporaryDirectory() as root:
            plant(root, files)
            equal(
                subprocess.run([sys.executable, TOOLS / "check_layers.py", root], stdout=subprocess.DEVNULL).returncode,
                code,
            )


def clean_tree_passes():
    equal(
        violations(
            {
                "base/parallel.cpp": '#include "base/parallel.hpp"\n#include <oneapi/tbb/parallel_for.h>\n',
                "method/rope_yarn.cpp": '// YaRN\n#include "method/parts.hpp"\n#include "farspan/farspan.h"\n',
                "plan/plan.hpp": '#include "kernels/kernel_table.hpp"\n#include "method/scheme.hpp"\n',
                "attention/prefill.cpp": '#include "plan/plan.hpp"\n#include "base/parallel.hpp"\n',
                "kernels/score.inl": "#include <cstring>\nstatic std::int64_t n;\nvoid f() { std::memcpy(0, 0, 0); }\n",
                "eval/loss.cpp": '#include "base/failure.hpp"\n#include "kernels/kernel_table.hpp"\n',
                "api/plan.cpp": '#include "attention/run.hpp"\n#include "eval/loss.hpp"\n',
            }
        ),
        [],
    )


def upward_includes_fail():
    equal(violations({"base/a.hpp": '\n#include "method/parts.hpp"\n'}), ["base/a.hpp:2"])
    equal(violations({"method/a.cpp": '#include "plan/plan.hpp"\n'}), ["method/a.cpp:1"])
    equal(violations({"plan/a.cpp": '#include "attention/run.hpp"\n'}), ["plan/a.cpp:1"])
    equal(violations({"eval/a.cpp": '#include "plan/plan.hpp"\n'}), ["eval/a.cpp:1"])
    equal(violations({"attention/a.cpp": '#include "eval/loss.hpp"\n'}), ["attention/a.cpp:1"])
    equal(violations({"plan/a.cpp": '#  include "kernels/vec.inl"\n'}), ["plan/a.cpp:1"])
    equal(violations({"attention/a.cpp": '#include "method/parts.hpp"\n'}), ["attention/a.cpp:1"])
    equal(violations({"attention/a.cpp": '#include "api/guard.hpp"\n'}), ["attention/a.cpp:1"])
    equal(violations({"kernels/a.cpp": '#include "base/aligned.hpp"\n'}), ["kernels/a.cpp:1"])


def names_of_c_in_messages_fail():
    equal(violations({"api/a.cpp": 'f(FARSPAN_ERROR_DTYPE, "dtype is %d: must be FARSPAN_F32");\n'}), ["api/a.cpp:1"])
    equal(violations({"api/a.cpp": 'f("use farspan_loss_init first");\n'}), ["api/a.cpp:1"])
    equal(
        violations({"method/a.def": 'ROW(layout, one_of(1, 2, "FARSPAN_LAYOUT_HALF or other"))\n'}), ["method/a.def:1"]
    )
    equal(violations({"api/a.cpp": 'f("quoted \\" FARSPAN_F32");\n'}), ["api/a.cpp:1"])
    equal(
        violations(
            {
                "api/a.cpp": '#include "farspan/farspan.h"\nf(FARSPAN_F32, "f32"); getenv("FARSPAN_ISA");\n'
                'g("a" + farspan_name() + "b"); // "FARSPAN_F32"\n'
            }
        ),
        [],
    )


def includes_in_comments_are_ignored():
    equal(violations({"base/a.hpp": '// #include "plan/plan.hpp"\n/*\n#include "plan/plan.hpp"\n*/\n'}), [])


def threads_outside_their_home_fail():
    equal(violations({"plan/a.cpp": "#include <oneapi/tbb/parallel_for.h>\n"}), ["plan/a.cpp:1"])
    equal(violations({"attention/a.cpp": "#include <tbb/tbb.h>\n"}), ["attention/a.cpp:1"])
    equal(violations({"api/a.cpp": "\nstd::thread worker;\n"}), ["api/a.cpp:2"])


def method_names_below_the_plan_fail():
    for word in (
        "ALiBi",
        "yarn",
        "ReRoPE",
        "self_extend",
        "SelfExtend",
        "LongRoPE",
        "xpos",
        "KERPLE",
        "sandwich",
        "streaming_llm",
        "LM_Infinite",
        "dual_chunk",
        "llama3",
        "NTK",
    ):
        equal(violations({"attention/a.cpp": f"int x;\n// {word}\n"}), ["attention/a.cpp:2"])
        equal(violations({"kernels/a.inl": f"void f_{word}();\n"}), ["kernels/a.inl:1"])
        equal(violations({"method/a.cpp": f"// {word}\n"}), [])


def standard_library_in_kernel_bodies_fails():
    equal(violations({"kernels/a.inl": "auto m = std::max(1, 2);\n"}), ["kernels/a.inl:1"])
    equal(violations({"kernels/a.inl": "#include <vector>\n"}), ["kernels/a.inl:1"])
    equal(violations({"kernels/dispatch.cpp": "#include <vector>\n"}), [])


def long_files_and_strange_folders_fail():
    equal(violations({"base/a.cpp": "\n" * 450}), [])
    equal(violations({"base/a.cpp": "\n" * 451}), ["base/a.cpp:451"])
    equal(violations({"util/a.cpp": "int x;\n"}), ["util/a.cpp:1"])


run(
    [
        clean_tree_passes,
        upward_includes_fail,
        names_of_c_in_messages_fail,
        includes_in_comments_are_ignored,
        threads_outside_their_home_fail,
        method_names_below_the_plan_fail,
        standard_library_in_kernel_bodies_fails,
        long_files_and_strange_folders_fail,
        exit_code_tells,
    ]
)
