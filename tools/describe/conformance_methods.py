"""The calls of the conformance cases in Java and Go, of all methods that are nothing but a call (methods.py)."""
from __future__ import annotations

from dataclasses import dataclass

import go_methods
import java
from contract import Contract, Record, camel
from go_methods import GoMethods
from java_methods import JavaMethods
from methods import Kind, Method, Slot, seen

# What a case asks for in another way, or gives what another call answered.
BY_HAND = ("cache_restore", "model_layer_at", "model_note_at")
ARRAYS = {"int64_t": "wholes", "double": "reals", "float": "floats"}
DTYPES = {"int64_t": "i64", "double": "f64", "float": "f32"}
NUMBERS = {"int64_t": "whole", "int32_t": "small", "double": "real"}
HANDLES = (Kind.HANDLE, Kind.CACHE)


def by_name(method: Method, source: Slot) -> Slot | None:
    """What is written in place of an input, if the case does not name it."""
    names = method.contract.notes["call"].get(method.function.short, {}).get("in_place", ())
    return next((s for s in method.slots if names and source.name == names[0] and s.name == names[1]), None)


@dataclass(frozen=True)
class Call:
    """One call; its arguments have the names of the header in the case."""

    contract: Contract
    method: Method
    before: list[str]

    @property
    def short(self) -> str:
        return self.method.function.short

    def written(self) -> list[Slot]:
        """Outputs in their order: tensors, then arrays."""
        kinds = (Kind.TENSOR, Kind.ARRAY, Kind.BUFFER)
        return sorted(
            (s for s in self.method.slots if s.kind in kinds and s.is_written), key=lambda s: s.kind != Kind.TENSOR
        )

    def source(self, slot: Slot) -> str | None:
        """The input that a tensor may be written over."""
        return next((s.name for s in self.method.slots if by_name(self.method, s) == slot), None)

    def value(self, slot: Slot) -> str:
        """An argument, or what the method is of, in the language."""
        raise NotImplementedError

    def plan(self) -> str:
        return next(self.value(s) for s in self.method.slots if s.kind == Kind.HANDLE)

    def workspace_size(self, language: str) -> str:
        """The method that tells the size of the workspace."""
        short = next(s.type.short for s in self.method.slots if s.kind == Kind.HANDLE)
        known = self.contract.notes["methods"]
        notes = known.get(f"{self.short}_workspace_size") or known[f"{short}_workspace_size"]
        return f"{self.plan()}.{notes[language].rpartition('.')[2]}()"

    def seen(self, record: Record) -> list[Slot]:
        """The fields of views in the order of their outputs: tensors, then arrays."""
        return sorted(seen(self.contract, record), key=lambda slot: slot.kind != Kind.TENSOR)


class JavaCall(Call):
    @property
    def lines(self) -> list[str]:
        method, printer = self.method, JavaMethods(self.contract)
        for slot in self.written():
            name, source = slot.name, self.source(slot)
            where = f'c.has("{name}") ? "{name}" : "{source}"' if source else f'"{name}"'
            kind, made = "Tensor", f"c.out({where})"
            if slot.kind == Kind.BUFFER:
                kind, made = "FloatBuffer", f'c.floatBuffer("{name}", true)'
            if slot.kind == Kind.ARRAY:
                number, dtype = java.NUMBERS[slot.type.name], DTYPES[slot.type.name]
                kind, made = f"{number}[]", f'c.add("{dtype}", new {number}[c.elements("{name}")])'
            self.before.append(f"{kind} {java.lower(name)} = {made};")
        for slot in (s for s in method.slots if s.kind == Kind.VIEWS and s.record):
            name, kind = java.lower(slot.name), slot.record.name("java")
            self.before.append(f"{kind} {name} = new {kind}();")
            self.before.extend(f"{name}.{java.lower(s.name)}({self.of_views(s)});" for s in self.seen(slot.record))
        receiver = method.receiver("java")
        of = self.value(receiver) if receiver else method.class_of("java")
        call = f"{of}.{method.name('java')}({', '.join(self.value(s) for s in printer.given(method))})"
        answer, result = method.answer, printer.result(method)
        if answer and answer.kind == Kind.MADE:
            if answer.type.short == "cache":
                self.before.append("h.sequences.clear();")
            call = f"h.{java.lower(answer.type.short)} = c.keep({call})"
        elif answer and answer.name in ("sequence", "child"):
            call = f"h.sequences.add({call})"
        elif result != "void":
            call = f"c.{'addText' if result == 'String' else 'give'}({call})"
        return [*self.before, call + ";"]

    def of_views(self, slot: Slot) -> str:
        if slot.kind == Kind.TENSOR:
            return f'c.{"out" if slot.is_written else "in"}("{slot.name}")'
        if slot.kind == Kind.BUFFER:
            return f'c.floatBuffer("{slot.name}", {str(slot.is_written).lower()})'
        return f"c.workspace({self.workspace_size('java')})"

    def value(self, slot: Slot) -> str:
        name, kind = slot.name, slot.kind
        if kind == Kind.CONTEXT:
            return "c.context"
        if kind == Kind.VIEWS:
            return java.lower(name)
        if kind in HANDLES:
            return f"h.{java.lower(slot.type.short)}"
        if slot in self.written():
            return java.lower(name)
        if over := by_name(self.method, slot):
            return f'c.has("{over.name}") ? c.in("{name}") : {java.lower(over.name)}'
        if kind in (Kind.CONFIG, Kind.OPTIONS) and slot.record:
            return f'c.set(new {self.made(slot.record)}, "{name}")'
        if kind == Kind.COUNTER:
            return f'h.{java.lower(slot.type.short)}("{name}")'
        if kind == Kind.NUMBER and slot.option:
            return f'c.coded({slot.option.name("java")}.class, "{name}")'
        if kind == Kind.NUMBER:
            return (
                "h.sequence()"
                if name == "sequence"
                else f'c.{NUMBERS[slot.type.name]}("{name}")' + " != 0" * slot.is_flag
            )
        return {
            Kind.TENSOR: f'c.in("{name}")',
            Kind.ARRAY: f'c.{ARRAYS.get(slot.type.name)}("{name}")',
            Kind.BUFFER: f'c.floatBuffer("{name}", false)',
            Kind.BYTES: f'c.bytes("{name}")' if not slot.is_written else f"c.workspace({self.workspace_size('java')})",
            Kind.TEXT: f'c.text("{name}")',
            Kind.LIST: f'c.{"texts" if slot.type.name == "farspan_text" else "ids"}("{name}")',
            Kind.COUNTERS: f'h.first(h.{java.lower(slot.type.short)}, "{name}")',
            Kind.BATCH: "h.batch()",
        }[kind]

    def made(self, record: Record) -> str:
        """A new one; what its constructor asks for is set behind it, as the other fields are."""
        name, selector = record.name("java"), record.selector
        if required := record.notes.get("required"):
            members = (m for m in record.members if m.name in required)
            values = (f"new {java.NUMBERS[m.field.type.name]}[0]" if m.is_array else "0" for m in members)
            return f"{name}({', '.join(values)})"
        if not selector or not selector.option:
            return f"{name}()"
        return f'{name}(c.within("config", () -> c.coded({selector.option.name("java")}.class, "{selector.name}")))'


class GoCall(Call):
    @property
    def lines(self) -> list[str]:
        method, printer = self.method, GoMethods(self.contract)
        options = method.notes.get("go_options")
        for slot in self.written():
            name, source = slot.name, self.source(slot)
            made = f'c.out("{name}")' if slot.kind == Kind.TENSOR else self.array(slot)
            names = go_methods.lower(name)
            if source:
                names, made = f"{go_methods.lower(source)}, {names}", f'c.inOut("{source}", "{name}")'
            self.before.append(f"{names} := {made}")
        arguments = [s for s in printer.given(method) if not options or s.name not in method.short]
        values = [self.value(s) + "..." * printer.is_variadic(s) for s in arguments]
        if options:
            names = ((self.field(s), self.value(s)) for s in method.arguments if s.name in method.short)
            values.append(f"&farspan.{options}{{{', '.join(f'{name}: {value}' for name, value in names)}}}")
        package, receiver = "eval" if method.area == "eval" else "farspan", method.receiver("go")
        threads = "Context" * (method.has_context("go") and not method.notes.get("with_context"))
        of = self.value(receiver) if receiver else package
        call = f"{of}.{method.name('go')}{threads}({', '.join(values)})"
        answer, results = method.answer, printer.results(method)
        if results == ["error"]:
            return [*self.before, f"check({call})"]
        made = f"must({call})" if "error" in results else call
        if answer and answer.kind == Kind.MADE:
            forgotten = ["c.sequences = nil"] * (answer.type.short == "cache")
            return [*self.before, *forgotten, f"c.{go_methods.lower(answer.type.short)} = keep(c, {made})"]
        if results[0] == "Sequence":
            return [*self.before, f"c.sequences = append(c.sequences, {made})"]
        return [*self.before, f"c.{'text' if results[0] == 'string' else 'give'}({made})"]

    def field(self, slot: Slot) -> str:
        return camel(slot.name, self.contract.notes["words"]["go"])

    def of_views(self, slot: Slot) -> str:
        if slot.kind == Kind.TENSOR:
            return f'c.{"out" if slot.is_written else "in"}("{slot.name}")'
        return self.array(slot) if slot.kind == Kind.BUFFER else f"c.workspace({self.workspace_size('go')})"

    def array(self, slot: Slot) -> str:
        return f'array[{go_methods.NUMBERS[slot.type.name]}](c, "{slot.name}", {str(slot.is_written).lower()})'

    def value(self, slot: Slot) -> str:
        name, kind = slot.name, slot.kind
        package = "eval." if self.method.area == "eval" else "farspan."
        if kind in HANDLES or kind == Kind.CONTEXT:
            return f"c.{go_methods.lower(slot.type.short)}"
        if slot in self.written() or by_name(self.method, slot):
            return go_methods.lower(name)
        if kind in (Kind.CONFIG, Kind.OPTIONS) and slot.record:
            return f'config(c, "{name}", {package}New{slot.record.name("go")}({self.selector(package, slot.record)}))'
        if kind == Kind.VIEWS and slot.record:
            fields = (f"{self.field(s)}: {self.of_views(s)}" for s in self.seen(slot.record))
            return f"&farspan.{slot.record.name('go')}{{{', '.join(fields)}}}"
        if kind == Kind.COUNTER:
            return f'c.{go_methods.lower(slot.type.short)}[c.whole("{name}")]'
        if kind == Kind.NUMBER and slot.option:
            return f'{package}{slot.contract_name}(c.small("{name}"))'
        if kind == Kind.NUMBER:
            reader = f'c.{NUMBERS[slot.type.name]}("{name}")' + " != 0" * slot.is_flag
            return "c.sequence()" if name == "sequence" else reader
        if kind == Kind.TEXT:
            return f'c.string("{name}")' if package == "eval." else f'[]byte(c.string("{name}"))'
        if kind == Kind.BUFFER:
            return self.array(slot)
        return {
            Kind.TENSOR: f'c.in("{name}")',
            Kind.ARRAY: f'c.{ARRAYS.get(slot.type.name)}("{name}")',
            Kind.BYTES: f'c.bytes("{name}")' if not slot.is_written else f"c.workspace({self.workspace_size('go')})",
            Kind.LIST: f'c.{"texts" if slot.type.name == "farspan_text" else "ids"}("{name}")',
            Kind.COUNTERS: f'c.{go_methods.lower(slot.type.short)}[:c.whole("{name}")]',
            Kind.BATCH: "c.batch()",
        }[kind]

    def selector(self, package: str, record: Record) -> str:
        member = record.selector
        if not member or not member.option:
            return ""
        return f'{package}{self.contract.go_name(member.option)}(c.object.object("config").small("{member.name}"))'


def calls(contract: Contract, methods: tuple[Method, ...], language: str) -> list[Call]:
    """Of functions that can fail, and that people of the language call as they stand in contract.toml."""
    made: list[Call] = []
    for method in methods:
        function, name = method.function, method.name(language) if language in method.notes else ""
        is_known = all(s.kind != Kind.NUMBER or s.type.name in NUMBERS for s in method.arguments)
        is_public = is_known and name and (language != "go" or name[0].isupper())
        if function.short in BY_HAND or not is_public or not function.can_fail:
            continue
        made.append((JavaCall if language == "java" else GoCall)(contract, method, []))
    return made
