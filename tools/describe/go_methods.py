"""Prints the methods of methods.py for Go."""
from __future__ import annotations

from dataclasses import dataclass, field

import words
from contract import Contract, camel
from go import KEYWORDS, NUMBERS
from methods import Kind, Method, Slot, class_of, seen


@dataclass
class Body:
    """A method as it grows."""

    lines: list[str] = field(default_factory=list)  # before the call
    values: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)  # the call succeeded


def lower(name: str) -> str:
    text = camel(name)
    text = text[0].lower() + text[1:]
    return text + "_" if text in KEYWORDS else text


@dataclass(frozen=True)
class GoMethods:
    contract: Contract

    def print(self, method: Method) -> list[str]:
        """The method, and the one beside it that takes a context."""
        if not method.has_context("go") or method.notes.get("with_context"):
            return ["", *self.whole(method, method.name("go"))]
        name = method.name("go") + "Context"
        slots = [s for s in self.given(method) if s.kind != Kind.CONTEXT]
        static = f"{self.variable(method)}." if method.receiver("go") else ""
        values = ", ".join(["nil", *(self.passed(s) for s in slots)])
        back = "return " * bool(self.results(method))
        return [
            "",
            self.comment(method, method.name("go"), method.doc),
            self.head(method, method.name("go"), slots),
            f"\t{back}{static}{name}({values})",
            "}",
            "",
            *self.whole(method, name),
        ]

    def whole(self, method: Method, name: str) -> list[str]:
        is_plain = name == method.name("go")
        doc = (
            method.doc
            if is_plain
            else f"Is {method.name('go')} with the threads, the instruction set and the flag of a context, which may be nil."
        )
        return [
            self.comment(method, name, doc),
            self.head(method, name, self.given(method)),
            *("\t" * bool(line) + line for line in self.body(method)),
            "}",
        ]

    def given(self, method: Method) -> list[Slot]:
        return [slot for slot in method.arguments if slot != method.receiver("go")]

    def variable(self, method: Method) -> str:
        return method.class_of("go")[0].lower()

    def passed(self, slot: Slot) -> str:
        return lower(slot.name) + "..." * self.is_variadic(slot)

    def is_variadic(self, slot: Slot) -> bool:
        return slot.kind == Kind.LIST

    def comment(self, method: Method, name: str, doc: str) -> str:
        translate = self.contract.translate("go", {s.name: lower(s.name) for s in method.slots})
        text = doc
        if doc == method.doc:
            nullable = [s for s in method.arguments if s.kind == Kind.CONTEXT and s != method.receiver("go")]
            if nullable and method.notes.get("with_context"):
                text += " The context may be nil."
            if method.errors:
                text += ("\n\n" if "\n\n" in text else "\n") + f"Errors: {method.errors}."
        return words.godoc(name, text, "", translate, " " if words.is_verb(text) else ": ")

    def head(self, method: Method, name: str, slots: list[Slot]) -> str:
        options = method.notes.get("go_options")
        parameters = [
            f"{lower(s.name)} {self.type_of(method, s)}" for s in slots if not options or s.name not in method.short
        ]
        if options:
            parameters.append(f"options *{options}")
        self_slot = method.receiver("go")
        pointer = "" if self_slot and self_slot.kind == Kind.NUMBER else "*"
        receiver = f"({self.variable(method)} {pointer}{method.class_of('go')}) " if self_slot else ""
        results = self.results(method)
        listed = f"({', '.join(results)})" if len(results) > 1 else "".join(results)
        return f"func {receiver}{name}({', '.join(parameters)}) {listed + ' ' * bool(listed)}{{"

    def type_of(self, method: Method, slot: Slot) -> str:
        package = "farspan." if method.area == "eval" else ""
        if slot.kind == Kind.NUMBER:
            if slot.name == "sequence":
                return "Sequence"
            return (
                self.contract.go_name(slot.option)
                if slot.option
                else "bool"
                if slot.is_flag
                else NUMBERS[slot.type.name]
            )
        if slot.kind in (Kind.ARRAY, Kind.BUFFER):
            return "[]" + NUMBERS[slot.type.name]
        if slot.kind == Kind.TEXT:
            return "string" if method.area == "eval" else "[]byte"
        if slot.kind == Kind.LIST:
            return "...string" if slot.type.name == "farspan_text" else "...[]int64"
        if slot.kind == Kind.COUNTERS and slot.record:
            return f"[]{slot.record.name('go')}"
        if slot.kind == Kind.COUNTER and slot.record:
            return slot.record.name("go")
        if slot.kind in (Kind.CONFIG, Kind.OPTIONS, Kind.VIEWS) and slot.record:
            return f"*{slot.record.name('go')}"
        names = {
            Kind.TENSOR: f"*{package}Tensor",
            Kind.CONTEXT: f"*{package}Context",
            Kind.BYTES: "[]byte",
            Kind.BATCH: "CacheBatch",
        }
        return names.get(slot.kind) or f"*{class_of(slot, 'go')}"

    def result(self, method: Method) -> tuple[str, str]:
        """The type of what is answered beside an error, and its zero."""
        answer, option = method.answer, method.result_option
        if option:
            return self.contract.go_name(option), "0"
        if method.is_text or method.notes.get("flag"):
            return ("string", '""') if method.is_text else ("bool", "false")
        if method.function.result.name == "uint32_t":
            return "uint32", "0"
        if not method.function.can_fail:
            return ("", "") if method.function.result.name == "void" else ("int", "0")
        if answer is None:
            return "", ""
        if answer.kind == Kind.ANSWER and answer.record:
            return answer.record.name("go"), answer.record.name("go") + "{}"
        if answer.kind == Kind.WRITTEN_TEXT:
            return "string", '""'
        if answer.kind == Kind.MADE:
            return "*" + camel(answer.type.short), "nil"
        if "as" in method.notes:
            return str(method.notes["as"]), f"{method.notes['as']}{{}}"
        if answer.kind == Kind.WRITTEN_NUMBERS:
            kind = f"[{answer.type.extent}]{NUMBERS[answer.type.name]}"
            return kind, kind + "{}"
        return ("Sequence" if answer.name in ("sequence", "child") else NUMBERS[answer.type.name]), "0"

    def results(self, method: Method) -> list[str]:
        kind, _ = self.result(method)
        return ([kind] if kind else []) + ["error"] * method.function.can_fail

    def failed(self, method: Method, error: str) -> str:
        _, zero = self.result(method)
        return "return " + ", ".join(([zero] if zero else []) + [error] * method.function.can_fail)

    def body(self, method: Method) -> list[str]:
        body = Body()
        if options := method.notes.get("go_options"):
            body.lines += ["if options == nil {", f"\toptions = new({options})", "}"]
        for slot in method.slots:
            body.values += self.values(method, slot, body)
        short = method.function.short
        call = f"raw.{short[0].upper()}{short[1:]}({', '.join(body.values)})"
        return [*body.lines, *self.finish(method, body, call)]

    def finish(self, method: Method, body: Body, call: str) -> list[str]:
        answer, option = method.answer, method.result_option
        if option:
            return [f"return {self.contract.go_name(option)}({call})"]
        if method.notes.get("flag"):
            return [f"return {call} != 0"]
        if method.is_text or method.function.result.name == "uint32_t":
            return [f"return {call}"]
        if not method.function.can_fail:
            return [f"return int({call})" if method.function.result.name != "void" else call]
        checked = [
            f"if failure := {call}; failure != nil {{",
            "\t" + self.failed(method, "asError(failure)"),
            "}",
            *body.after,
        ]
        if answer is None:
            return [*checked, "return nil"] if body.after else [f"return asError({call})"]
        name = lower(answer.name)
        if answer.kind == Kind.MADE:
            keeps = "".join(", " + lower(k) for k in method.notes.get("keeps", ()))
            return [f"return new{camel(answer.type.short)}({call}{keeps})"]
        if answer.kind == Kind.WRITTEN_TEXT:
            written = "func(buffer []byte, needed *int64) *raw.Failure {"
            return [f"return bridge.Written(256, {written}", f"\treturn {call}", "})"]
        if answer.kind == Kind.ANSWER and answer.record:
            return [
                *checked,
                f"var answer {answer.record.name('go')}",
                f"answer.read(&{name}Native)",
                "return answer, nil",
            ]
        if "as" in method.notes:
            numbers = ", ".join(f"{name}[{n}]" for n in range(answer.type.extent or 0))
            return [*checked, f"return {method.notes['as']}{{{numbers}}}, nil"]
        kind, _ = self.result(method)
        return [*checked, f"return Sequence({name}), nil" if kind == "Sequence" else f"return {name}, nil"]

    def values(self, method: Method, slot: Slot, body: Body) -> list[str]:
        """What the call of C is given for an argument or an answer; adds what else that needs."""
        is_self = slot == method.receiver("go")
        name = self.variable(method) if is_self else lower(slot.name)
        if slot.name in method.short and "go_options" in method.notes:
            name = "options." + camel(slot.name, self.contract.notes["words"]["go"])
        native = lower(slot.name) + "Native"
        if slot.kind in (Kind.CONTEXT, Kind.HANDLE):
            self.enter(method, slot, name, native, body)
            return [native]
        if slot.kind == Kind.CACHE:
            return [self.cache(method, name, native, body)]
        if slot.kind == Kind.TENSOR:
            return self.tensor(method, slot, name, body)
        if slot.kind in (Kind.ARRAY, Kind.BUFFER, Kind.BYTES):
            address = "Text" if slot.name in method.notes.get("may_be_empty", ()) else "Address"
            return [f"cross.{address}({name})", f"cross.Length({name})"]
        if slot.kind == Kind.TEXT:
            if method.area == "eval":
                body.lines.append(f"{name}Bytes := []byte({name})")
                name += "Bytes"
            return [f"cross.Text({name})", f"cross.Length({name})"]
        if slot.kind == Kind.LIST:
            kind = "Texts" if slot.type.name == "farspan_text" else "IDs"
            body.lines.append(f"{name}All, {name}Lengths := cross.{kind}({name})")
            return [f"cross.Address({name}{s}), cross.Length({name}{s})" for s in ("All", "Lengths")]
        if slot.kind in (Kind.CONFIG, Kind.OPTIONS, Kind.COUNTER, Kind.COUNTERS):
            return self.struct(method, slot, name, native, body)
        if slot.kind == Kind.VIEWS and slot.record:
            body.lines += [f"if {name} == nil {{", f"\t{name} = new({slot.record.name('go')})", "}"]
            return [
                value for field in seen(self.contract, slot.record) for value in self.seen(method, field, name, body)
            ]
        if slot.kind == Kind.BATCH:
            return [
                f"{name}.sequences()",
                f"cross.Length({name}.Sequences)",
                f"cross.Address({name}.Offsets)",
                f"cross.Length({name}.Offsets)",
            ]
        if slot.kind == Kind.ANSWER and slot.record:
            kind = f"raw.{slot.record.name('')}"
            body.lines.append(f"{native} := {kind}{{StructSize: uint32(unsafe.Sizeof({kind}{{}}))}}")
            return ["&" + native]
        if slot.kind in (Kind.WRITTEN_NUMBER, Kind.WRITTEN_NUMBERS):
            extent = f"[{slot.type.extent}]" if slot.type.extent else ""
            body.lines.append(f"var {name} {extent}{NUMBERS[slot.type.name]}")
            if method.makes_sequence:
                body.after.append(f"{self.owner(method)}.turns.begins(Sequence({name}))")
            return ["&" + name]
        if slot.kind == Kind.WRITTEN_TEXT:
            return ["cross.Address(buffer)", "cross.Length(buffer)", "needed"]
        if slot.kind == Kind.MADE:
            return []
        return [self.number(slot, name)]

    def seen(self, method: Method, field: Slot, of: str, body: Body) -> list[str]:
        """A field of views."""
        name = f"{of}.{camel(field.name, self.contract.notes['words']['go'])}"
        if field.kind == Kind.TENSOR:
            return self.tensor(method, field, name, body)
        return [f"cross.Address({name})", f"cross.Length({name})"]

    def number(self, slot: Slot, name: str) -> str:
        if slot.option:
            return f"int32({name})"
        return f"cross.Flag({name})" if slot.is_flag else f"int64({name})" if slot.name == "sequence" else name

    def enter(self, method: Method, slot: Slot, name: str, native: str, body: Body) -> None:
        if method.area == "eval":
            enter, leave = f"{native}, leave, err := bridge.Enter({name})", "leave()"
        elif slot.type.short == "cache_plan" and method.function.can_fail:
            enter, leave = f"{native}, err := {name}.enter()", f"{name}.leave()"
        else:
            enter, leave = f"{native}, err := {name}.native().enter()", f"{name}.native().leave()"
        body.lines += [enter, "if err != nil {", "\t" + self.failed(method, "err"), "}", f"defer {leave}"]

    def owner(self, method: Method) -> str:
        cache = next(s for s in method.slots if s.kind == Kind.CACHE)
        return self.variable(method) if cache == method.receiver("go") else lower(cache.name)

    def cache(self, method: Method, name: str, native: str, body: Body) -> str:
        if method.turn == "alone":
            body.lines += [
                f"{native}, err := {name}.enterAlone()",
                "if err != nil {",
                "\t" + self.failed(method, "err"),
                "}",
                f"defer {name}.leaveAlone()",
            ]
            return native
        among = ""
        if sequences := method.sequences:
            among = ", " + lower(sequences.name)
            if sequences.kind == Kind.BATCH:
                body.lines.append(f"sequences := inOrder({lower(sequences.name)}.Sequences)")
                among = ", sequences..."
        arguments = method.turn + among
        body.lines += [
            f"{native}, err := {name}.enter({arguments})",
            "if err != nil {",
            "\t" + self.failed(method, "err"),
            "}",
            f"defer {name}.leave({arguments})",
        ]
        if method.ends_sequence:
            body.after.append(f"{name}.turns.ends({lower('sequence')})")
        return native

    def tensor(self, method: Method, slot: Slot, name: str, body: Body) -> list[str]:
        if method.area == "eval":
            body.lines.append(f"{lower(slot.name)}Memory := bridge.Tensor({name})")
            memory = lower(slot.name) + "Memory"
            return [f"{memory}.Data", f"{memory}.DType", f"{memory}.Dims"]
        body.lines.append(f"{lower(slot.name)}View := {name}.orAbsent()")
        view = lower(slot.name) + "View"
        return [f"{view}.data", f"int32({view}.dtype)", f"&{view}.dims"]

    def struct(self, method: Method, slot: Slot, name: str, native: str, body: Body) -> list[str]:
        record = slot.record
        assert record
        if slot.kind == Kind.OPTIONS:
            default = f"default{record.name('go')}"
            body.lines += [f"if {name} == nil {{", f"\t{name} = {default}", "}"]
            return [
                self.number(
                    Slot(Kind.NUMBER, "", m.field.type, option=m.option),
                    f"{name}.{camel(m.name, self.contract.notes['words']['go'])}",
                )
                for m in record.members
            ]
        if slot.kind == Kind.COUNTERS:
            body.lines += [
                f"{native} := make([]raw.{record.name('')}, len({name}))",
                f"for n := range {name} {{",
                f"\t{native}[n] = *{name}[n].native()",
                "}",
            ]
            return [f"cross.Address({native})", f"cross.Length({native})"]
        if record.notes.get("go_made"):
            argument = [p.name for p in method.function.parameters].index(slot.name) + 1
            body.lines += [f"if err := {name}.check({argument}); err != nil {{", "\t" + self.failed(method, "err"), "}"]
        arrays = [m for m in record.members if m.is_array]
        if arrays:
            body.lines.append(f"{lower(slot.name)}Arrays := {name}.orEmpty()")
        if slot.kind == Kind.COUNTER and slot.is_written:
            body.lines.append(f"{native} := {name}.native()")
            body.after.append(f"{name}.read({native})")
            return [native]
        fields = (f"{lower(slot.name)}Arrays.{camel(m.name, self.contract.notes['words']['go'])}" for m in arrays)
        return [f"{name}.native()", *(f"cross.{f}({a})" for a in fields for f in ("Address", "Length"))]
