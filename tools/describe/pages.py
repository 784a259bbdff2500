"""Prints the templates."""
from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import calls
import conformance
import conformance_methods
import cpp
import flat
import go
import go_methods
import interface
from idiom import Call, Idiom
from model import Value
import java
import java_methods
import methods
from methods import seen
import python
import reader
import rust
import rust_calls
import words
from contract import Contract, Option, Record, camel

ROOT = Path(__file__).resolve().parents[2]


class Pages:
    """The templates, filled from one contract."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.idiom = Idiom(contract)
        self.rust_examples = {file.stem for file in (ROOT / "rust/src/doc").glob("*.md")}
        self.environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            undefined=StrictUndefined,
        )
        self.environment.filters.update(
            javadoc=words.javadoc,
            javadoc_tag=words.javadoc_tag,
            javadoc_text=lambda text, indent, translate: "\n".join(words.javadoc_lines(text, indent, translate)),
            java_name=java.lower,
            javadoc_method=words.javadoc_method,
            javadoc_record=lambda doc, fields, translate: "\n".join(
                [
                    "/**",
                    *words.javadoc_lines(doc, "", translate),
                    " *",
                    *(words.javadoc_tag(f.member.doc, f"@param {f.name}", "", translate) for f in fields),
                    " */",
                ]
            ),
            rustdoc=words.rustdoc,
            cppdoc=cpp.comment,
            go_constants=self.go_constants,
            conformance_fields=conformance.fields,
            conformance_options=conformance.rust_options,
            conformance_path=conformance.rust_path,
            conformance_said=conformance.is_said,
            conformance_whole=conformance.rust_whole,
            rust_word=rust.word,
            rust_type=rust.type_of,
            rust_argument=rust.argument,
            rust_member=rust.member,
            rust_name=lambda record: record.name("rust"),
            rust_status=lambda value: camel(value.name.removeprefix("FARSPAN_ERROR_")),
            rust_members=rust.members,
            rust_borrows=rust.borrows,
            rust_from_c=rust.from_c,
            rust_to_c=rust.to_c,
            rust_call_doc=self.rust_call_doc,
            rust_derived=rust.derived,
            ctype=python.ctype,
            hash_comment=python.hash_comment,
            docstring=python.docstring,
            docstring_body=python.docstring_body,
            godoc=lambda text, name="", indent="", translate=str, joint=": ": words.godoc(
                name, text, indent, translate, joint
            ),
        )
        self.environment.globals.update(
            c=contract,
            last_part=lambda name: name == self.parts[-1][0],
            model=contract.model,
            to_java=contract.translate("java"),
            to_go=contract.translate("go"),
            to_rust=self.to_rust,
            java_name=java.lower,
        )

    @cached_property
    def to_rust(self) -> Callable[[str], str]:
        """Names of C as links: functions, statuses, values; and NULL as None."""
        functions = {c.function.name: rust_calls.path(self.contract, c) for c in self.idiom.calls("rust")}
        functions |= {f"farspan_{name}": f"crate::{path}" for name, path in self.contract.notes["rust_paths"].items()}
        translate = self.contract.translate("rust")

        def link(match: re.Match[str]) -> str:
            path = functions.get(match[0])
            return f"[`{rust.shown(path)}`]({path})" if path else match[0]

        words_of_c = {"NULL": "`None`", "INT64_MAX": "`i64::MAX`"}
        return lambda text: re.sub(
            r"\b(NULL|INT64_MAX)\b",
            lambda m: words_of_c[m[0]],
            translate(re.sub(r"\bfarspan_[a-z0-9_]+\b", link, text)),
        )

    @property
    def parts(self) -> list[tuple[str, Record]]:
        """The parts of a scheme and their configurations."""
        fields = self.contract.model.struct("farspan_scheme_parts").data
        records = {r.struct.name: r for r in self.contract.records}
        return [(f.name, records[f.type.name]) for f in fields]

    @property
    def statuses(self) -> list[Value]:
        option = next(o for o in self.contract.options if o.key == "ERROR")
        return [v for v in option.values if v.name != "FARSPAN_OK"]

    def rust_docs(self) -> list[tuple[str, str]]:
        """What the header says of the functions whose calls a person writes in Rust."""
        found = []
        for name in self.contract.notes["rust_paths"]:
            text, errors = words.parted(self.contract.model.function("farspan_" + name).doc)
            lines = [words.rustdoc(text, "", self.to_rust)]
            if errors:
                lines += ["///", "/// # Errors", "///", words.rustdoc(errors, "", self.to_rust)]
            found.append((name, "\n".join(lines)))
        opening = [p for p in self.contract.model.docs["model.h"].split("\n\n")[1:] if not p.startswith("  ")]
        found.append(("model", words.rustdoc("\n\n".join(opening), "", self.to_rust)))
        return [(name, "\n".join(line[4:] for line in text.splitlines())) for name, text in found]

    def rust_call_doc(self, call: Call, indent: str) -> str:
        """What the header says, an example if a person wrote one, and which errors there are."""
        text, errors = words.parted(call.function.doc)
        area = rust_calls.FILES[call.function.header].removesuffix("calls").rstrip("_")
        translate = lambda t: rust.without_targets(self.to_rust(t), area)  # noqa: E731
        lines = [words.rustdoc(text or call.name("rust").replace("_", " "), indent, translate)]
        if call.function.short in self.rust_examples:
            lines += [f"{indent}///", f'{indent}#[doc = include_str!("../doc/{call.function.short}.md")]']
        if call.function.can_fail:
            errors = errors or "What the library refuses: the message names what, its value and the allowed range."
            lines += [f"{indent}///", f"{indent}/// # Errors", f"{indent}///", words.rustdoc(errors, indent, translate)]
        return "\n".join(lines)

    @cached_property
    def methods(self) -> tuple[methods.Method, ...]:
        return methods.Methods(self.contract, flat.Flat(self.contract, ())).all

    def print(self, template: str, **values: Any) -> str:
        return self.environment.get_template(template + ".jinja").render(values)

    def rust(self) -> dict[str, str]:
        made = {
            "rust/src/generated/mod.rs": self.print(
                "mod.rs",
                modules=sorted(
                    {
                        "parts",
                        "status",
                        "views",
                        *rust_calls.FILES.values(),
                        *rust.CONSTANTS.values(),
                        *rust.STRUCTS.values(),
                    }
                ),
            ),
            "rust/src/generated/docs.rs": self.print("docs.rs", docs=self.rust_docs()),
            "rust/src/generated/parts.rs": self.print("parts.rs", parts=self.parts),
            "rust/src/generated/status.rs": self.print("status.rs", statuses=self.statuses),
        }
        for name, groups in rust_calls.grouped(self.contract, self.idiom).items():
            module = name.removesuffix("calls").rstrip("_")
            made[f"rust/src/generated/{name}.rs"] = self.print(
                "calls.rs", groups=groups, module=module, rust=rust_calls
            )
        views = [r for r in self.contract.views.values() if r.is_made_for("rust")]
        made["rust/src/generated/views.rs"] = self.print("views.rs", views=views, rust=rust)
        examples = self.rust_examples
        for area, name in rust.CONSTANTS.items():
            options = self.options("rust", (area,))
            made[f"rust/src/generated/{name}.rs"] = self.print(
                "constants.rs", options=options, headers=headers(options)
            )
        for header, name in rust.STRUCTS.items():
            records = [r for r in self.contract.records if r.struct.header == header and r.is_made_for("rust")]
            made[f"rust/src/generated/{name}.rs"] = self.print(
                "structs.rs", records=records, uses=rust.uses(records), examples=examples
            )
        return made

    def constants(self) -> dict[str, str]:
        """The enumerations of Rust, Go and Java."""
        made = self.rust()
        for areas, path, package in (
            (("", "model"), "go/constants_generated.go", "farspan"),
            (("eval",), "go/eval/constants_generated.go", "eval"),
        ):
            options = self.options("go", areas)
            made[path] = self.print("constants.go", options=options, headers=headers(options), package=package)
        for option in self.contract.options:
            if option.is_made_for("java") and not option.within:
                folder = "eval/" if option.area == "eval" else ""
                path = f"java/src/main/java/io/farspan/{folder}{option.name('java')}.java"
                lines = self.java_methods().get(option.name("java"), [])
                text = self.print("enum.java", option=option, methods=lines)
                package = "io.farspan.eval" if option.area == "eval" else "io.farspan"
                needed = sorted(java.imports(text, package))
                made[path] = text.replace("IMPORTS\n", "".join(line + "\n" for line in needed))
        return made

    def go_constants(self, option: Option) -> str:
        """Success is no error in Go, so FARSPAN_OK has no constant."""
        translate = self.contract.translate("go")
        values = [value for value in option.values if value.name != "FARSPAN_OK"]
        return words.go_columns(
            [
                (
                    words.godoc("", value.doc, "\t", translate),
                    (self.contract.go_name(option, value), self.contract.go_name(option), f"= {value.number}"),
                )
                for value in values
            ]
        )

    def members(self, name: str) -> java.Members:
        return java.Members(ROOT / "bindings/java" / f"{name}.java")

    def java_structs(self) -> dict[str, str]:
        made: dict[str, str] = {}
        methods = self.java_methods()
        for record in self.contract.records:
            if not record.is_made_for("java") or record.kind == "counter":
                continue
            lines = tuple(methods.pop(record.name("java"), ()))
            given = java.JavaClass(self.contract, record, self.members(record.name("java")), lines)
            if record.kind == "config":
                made[given.path] = self.java_class(given, "config.java")
                if settings := given.settings:
                    doc = f"What a {given.name} says, to be read and compared. An option is null if these classes do not know it."
                    path = given.path.replace(given.name + ".java", settings + ".java")
                    made[path] = self.java_class(
                        given, "answer.java", name=settings, doc=doc, config=given.name, methods=()
                    )
            else:
                made[given.path] = self.java_class(
                    given,
                    "answer.java",
                    name=given.name,
                    doc=record.notes.get("java_doc") or record.doc,
                    config=None,
                    methods=lines,
                )
        for record in self.contract.views.values():
            if record.is_made_for("java"):
                given = java.JavaClass(self.contract, record, self.members(record.name("java")))
                made[given.path] = self.java_class(given, "views.java", slots=seen(self.contract, record))
        parts = self.print("scheme_parts.java", parts=self.parts)
        needed = "".join(line + "\n" for line in sorted(java.imports(parts, "io.farspan")))
        made["java/src/main/java/io/farspan/SchemeParts.java"] = parts.replace("IMPORTS\n", needed)
        return {**made, **self.java_calls(methods)}

    def java_class(self, given: java.JavaClass, template: str, **values: Any) -> str:
        """With the imports that its text needs."""
        text = self.print(template, java=given, **values)
        return text.replace(
            "IMPORTS\n", "".join(line + "\n" for line in given.imports(text)) + "\n" * bool(given.imports(text))
        )

    def java_methods(self) -> dict[str, list[str]]:
        """The lines of all methods, by their classes."""
        printer, lines = java_methods.JavaMethods(self.contract), {}
        for method in self.methods:
            if "java" in method.notes:
                lines.setdefault(method.class_of("java"), []).extend(printer.print(method))
        return lines

    def java_calls(self, methods: dict[str, list[str]]) -> dict[str, str]:
        """Classes of methods, and base classes for those that a person writes."""
        made = {}
        handles = {camel(name.removeprefix("farspan_")) for name in self.contract.model.handles}
        counters = {r.name("java"): r for r in self.contract.records if r.kind == "counter"}
        enums = {option.name("java") for option in self.contract.options}
        for name, lines in methods.items():
            if name in enums:
                continue
            counter, handle = counters.get(name), name if name in handles else None
            is_eval = counter is not None or name == "TokenLoss"
            doc = None if counter or handle else self.contract.notes["classes"][name]
            package = "io.farspan.eval" if is_eval else "io.farspan"
            word = re.sub(r".*(?=[A-Z])", "", name).lower()  # "plan" of CachePlan
            text = self.print(
                "calls_of.java",
                name=name,
                lines=lines,
                handle=handle,
                counter=counter,
                doc=doc,
                package=package,
                word=word,
                java=java,
                members=self.members(name),
            )
            needed = "".join(
                line + "\n" for line in sorted({*self.members(name).imports, *java.imports(text, package)})
            )
            folder = "eval/" if is_eval else ""
            ending = "" if doc else "Calls"
            made[f"java/src/main/java/io/farspan/{folder}{name}{ending}.java"] = text.replace("IMPORTS\n", needed)
        return made

    def go_structs(self) -> dict[str, str]:
        """Go's structs and methods, and C's structs for them."""
        made: dict[str, str] = {}
        printer, known = go_methods.GoMethods(self.contract), go.Go(self.contract)
        for package, folder in (("farspan", "go"), ("eval", "go/eval")):
            records = [
                r for r in self.contract.records if r.is_made_for("go") and (r.area == "eval") == (package == "eval")
            ]
            views = [r for r in self.contract.views.values() if r.is_made_for("go") and package == "farspan"]
            text = self.print(
                "structs.go",
                records=records,
                package=package,
                go=known,
                headers=list(dict.fromkeys(r.struct.header for r in [*records, *views])),
                views=views,
            )
            made[f"{folder}/structs_generated.go"] = go.imported(text)
            handles = [
                (camel(name), name.rpartition("_")[2])
                for name in (n.removeprefix("farspan_") for n in self.contract.model.handles if package == "farspan")
                if name != "api"
            ]
            calls = [m for m in self.methods if "go" in m.notes and (m.area == "eval") == (package == "eval")]
            lines = [line for method in calls for line in printer.print(method)]
            made[f"{folder}/methods_generated.go"] = go.imported(
                self.print("methods.go", package=package, lines=lines, handles=handles)
            )
        structs = [(r.name(""), r.struct) for r in self.contract.records]
        structs += [(camel(name), self.contract.model.struct("farspan_" + name)) for name in ("metadata", "text")]
        made["go/internal/raw/structs_generated.go"] = self.print("raw_structs.go", structs=structs, go=known)
        return made

    def calls(self) -> dict[str, str]:
        """The plain calls of all languages."""
        made = calls.plain(self.contract)
        return {
            "go/calls_generated.go": go.imported(self.print("calls.go", calls=made, go=go.Go(self.contract))),
            "java/src/main/java/io/farspan/Calls.java": self.print("Calls.java", calls=made, java=java),
        }

    def cpp(self) -> dict[str, str]:
        """The parts of the C++ headers that follow from those of C."""
        crossing, whole = '"farspan/cpp/crossing.hpp"', '"farspan/farspan.hpp"'
        made = {}
        for name, header, which, includes, about in (
            (
                "objects",
                "farspan.h",
                "configs methods",
                [crossing],
                "Configurations, and the methods of scheme, plan and context.",
            ),
            ("calls", "farspan.h", "calls", [whole], "Functions that need no class of their own."),
            (
                "gradient",
                "gradient.h",
                "views calls",
                ["<optional>", whole, '"farspan/gradient.h"'],
                "What gradients read and write; what is empty is absent, or not wanted.",
            ),
            (
                "cache",
                "cache.h",
                "configs methods",
                [whole, '"farspan/cache.h"'],
                "The configuration and the methods of a cache.",
            ),
            ("eval", "eval.h", "configs calls", [whole, '"farspan/eval.h"'], "Configurations, counts and functions."),
            (
                "model",
                "model.h",
                "configs methods layers",
                [whole, '"farspan/model.h"'],
                "The options and the methods of a model.",
            ),
        ):
            made[f"include/farspan/cpp/generated/{name}.hpp"] = self.print(
                "made.hpp",
                h=cpp.Header(self.contract, self.idiom, header),
                cpp=cpp,
                which=which.split(),
                includes=includes,
                about=about + " Included by the headers beside this folder.",
                guard=f"FARSPAN_CPP_GENERATED_{name.upper()}_HPP",
                parts=self.parts,
            )
        return made

    def conformance(self) -> dict[str, str]:
        """The fields of structs by name, for the runners that cannot look them up themselves."""
        parts = ("rope_config", "remap_config", "bias_config", "mask_config", "score_config")
        records = [r for r in self.contract.records if r.kind != "counter"]
        others = (*parts, "context_config", "model_note")
        used = [r for r in records if r.struct.short not in others and r.is_made_for("rust")]
        return {
            "tests/conformance/generated/calls.c": self.print(
                "conformance_calls.c", bodies=conformance.bodies(self.contract)
            ),
            "tests/conformance/generated/calls.cpp": self.print(
                "conformance_calls.cpp", bodies=conformance.cpp_bodies(self.contract)
            ),
            "tests/conformance/generated/fields.c": self.print(
                "conformance_fields.c", records=records, headers=conformance.MODULES
            ),
            "rust/examples/conformance/generated_calls.rs": self.print(
                "conformance_calls.rs", bodies=conformance.rust_bodies(self.contract)
            ),
            "go/internal/conformance/calls_generated.go": self.print(
                "conformance_calls.go", calls=conformance_methods.calls(self.contract, self.methods, "go")
            ),
            "java/src/test/java/io/farspan/ConformanceRegular.java": self.print(
                "conformance_calls.java", calls=conformance_methods.calls(self.contract, self.methods, "java")
            ),
            "rust/examples/conformance/generated.rs": self.print(
                "conformance_fields.rs", records=used, parts=[r for r in records if r.struct.short in parts]
            ),
        }

    def swig(self, root: Path) -> dict[str, str]:
        """The flat functions that follow from the headers, and such parts of the interface files."""
        text = self.print("flat.h", flat=flat.Flat(self.contract, reader.read_flat(root)))
        described = interface.Interface(self.contract, reader.read_flat(root, text))
        return {
            "bindings/flat_generated.h": text,
            **{
                f"bindings/{name}_generated.i": self.print(f"{name}.i", swig=described)
                for name in ("names", "java", "go")
            },
        }

    def options(self, language: str, areas: tuple[str, ...]) -> list[Option]:
        return [o for o in self.contract.options if o.area in areas and o.is_made_for(language)]


def headers(options: list[Option]) -> list[str]:
    return list(dict.fromkeys(option.header for option in options))
