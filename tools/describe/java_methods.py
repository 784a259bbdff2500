"""Prints the methods of methods.py for Java."""
from __future__ import annotations

from dataclasses import dataclass, field

import java
import words
from contract import Contract, camel
from methods import Kind, Method, Slot, class_of, seen

REQUIRE = "java.util.Objects.requireNonNull"


@dataclass
class Body:
    """A method as it grows."""

    before: list[str] = field(default_factory=list)  # checks, and locals that need no handle
    entered: list[tuple[str, str]] = field(default_factory=list)  # statements in pairs, the outer ones first
    values: list[str] = field(default_factory=list)  # of the native call
    after: list[str] = field(default_factory=list)  # the call succeeded, handles are still entered


def lower(name: str) -> str:
    return java.lower(name)


@dataclass(frozen=True)
class JavaMethods:
    contract: Contract

    def print(self, method: Method) -> list[str]:
        """All forms of a method, with their comments."""
        lines: list[str] = []
        for without, buffers in self.forms(method):
            lines += ["", *self.form(method, without, buffers)]
        if any(slot.kind == Kind.BUFFER for slot in method.slots):
            lines += ["", *self.core(method)]
        return lines

    def forms(self, method: Method) -> list[tuple[tuple[str, ...], str]]:
        """What each form does without, and how it takes log-sum-exps."""
        if any(slot.kind == Kind.BUFFER for slot in method.slots):
            full = [((), "FloatBuffer"), ((), "float[]")]
            required = any(s.kind == Kind.BUFFER and not s.is_optional for s in method.slots)
            short = [(("context", *method.short), kind) for kind in (("FloatBuffer", "float[]") if required else ("",))]
            return full + short
        forms: list[tuple[tuple[str, ...], str]] = [((), "")]
        if method.has_context("java"):
            forms.append((("context",), ""))
        if method.short:
            forms.append((("context", *method.short), ""))
        return forms

    def given(self, method: Method) -> list[Slot]:
        given = [slot for slot in method.arguments if slot != method.receiver("java")]
        order = method.notes.get("java_order", [])
        return sorted(given, key=lambda s: order.index(s.name) if s.name in order else -1)

    def note(self, slot: Slot) -> str:
        text = self.contract.notes["arguments"].get(slot.name)
        return text or (
            "whether so"
            if slot.is_flag
            else "the choice"
            if slot.option
            else "a number"
            if slot.kind == Kind.NUMBER
            else "not changed"
        )

    def type_of(self, slot: Slot, buffers: str = "") -> str:
        if slot.kind == Kind.NUMBER:
            return (
                slot.option.name("java") if slot.option else "boolean" if slot.is_flag else java.NUMBERS[slot.type.name]
            )
        if slot.kind == Kind.ARRAY:
            return java.NUMBERS[slot.type.name] + "[]"
        if slot.kind == Kind.LIST:
            return "List<String>" if slot.type.name == "farspan_text" else "List<long[]>"
        if slot.kind == Kind.COUNTERS and slot.record:
            return f"List<{slot.record.name('java')}>"
        names = {
            Kind.TENSOR: "Tensor",
            Kind.BUFFER: buffers,
            Kind.BYTES: "ByteBuffer" if slot.is_written or slot.name == "file" else "byte[]",
            Kind.TEXT: "String",
            Kind.BATCH: "CacheBatch",
            Kind.OPTIONS: slot.record.name("java") if slot.record else "",
        }
        return names.get(slot.kind) or str(class_of(slot, "java"))

    def result(self, method: Method) -> str:
        answer, option = method.answer, method.result_option
        if option:
            return option.name("java")
        if method.is_text or method.notes.get("flag"):
            return "String" if method.is_text else "boolean"
        if not method.function.can_fail:
            kind = method.function.result.name
            return (
                "int"
                if kind == "uint32_t"
                else "void"
                if kind == "void"
                else {"size_t": "long"}.get(kind) or java.NUMBERS[kind]
            )
        if answer is None:
            return "void"
        if answer.kind == Kind.ANSWER and answer.record:
            return answer.record.name("java")
        if answer.kind == Kind.WRITTEN_TEXT:
            return "String"
        if answer.kind == Kind.MADE:
            return camel(answer.type.short)
        if "as" in method.notes:
            return str(method.notes["as"])
        return java.NUMBERS[answer.type.name] + "[]" * (answer.kind == Kind.WRITTEN_NUMBERS)

    def comment(self, method: Method, slots: list[Slot], says: str) -> str:
        """The header's comment for the whole form, and what is different for the others."""
        to_java = self.contract.translate("java", {s.name: lower(s.name) for s in method.slots})
        tags = [f"@param {lower(slot.name)} {self.note(slot)}" for slot in slots]
        if self.result(method) != "void":
            kinds = {Kind.MADE: "a new one, to be closed", Kind.WRITTEN_TEXT: "the text", Kind.ANSWER: "a copy"}
            known = kinds.get(method.answer.kind) if method.answer else None
            tags.append(f"@return {method.notes.get('returns') or known or 'the number'}")
        if method.function.can_fail:
            errors = words.java_text(to_java(method.errors or "if the library refuses an argument"))
            tags.append(f"@throws {'io.farspan.' if method.area == 'eval' else ''}FarspanException {errors}")
        if any(s.kind in (Kind.BUFFER, Kind.BYTES) or (s.kind == Kind.TENSOR and s.is_written) for s in slots):
            tags.append("@throws IllegalArgumentException if an output is read-only, or a buffer is not direct")
        if any(s.kind in (Kind.CONTEXT, Kind.HANDLE, Kind.CACHE) for s in (*slots, *method.arguments)):
            tags.append("@throws IllegalStateException if an object is closed")
        return words.javadoc_method(says or method.doc, tags, "    ", to_java)

    def head(self, method: Method, slots: list[Slot], buffers: str, access: str = "public ") -> str:
        static = "" if method.receiver("java") else "static "
        parameters = ", ".join(f"{self.type_of(s, buffers)} {lower(s.name)}" for s in slots)
        return f"    {access}{static}{self.result(method)} {method.name('java')}({parameters}) {{"

    def form(self, method: Method, without: tuple[str, ...], buffers: str) -> list[str]:
        given = self.given(method)
        slots = [s for s in given if s.name not in without]
        has_buffers = any(s.kind == Kind.BUFFER for s in given)
        lines = [
            self.comment(method, slots, self.difference(given, without, buffers)),
            self.head(method, slots, buffers),
        ]
        if not without and not has_buffers:
            return [*lines, *("        " + line for line in self.body(method)), "    }"]
        values = [self.forwarded(s, without, buffers, has_buffers) for s in given]
        back = "return " * (self.result(method) != "void")
        return [*lines, f"        {back}{method.name('java')}({', '.join(values)});", "    }"]

    def difference(self, given: list[Slot], without: tuple[str, ...], buffers: str) -> str:
        """What a form does otherwise than the first one."""
        left_out = [lower(s.name) for s in given if s.name in without and s.name != "context"]
        parts = ["with the default context"] if without and any(s.kind == Kind.CONTEXT for s in given) else []
        parts += ["without " + " and ".join(left_out)] if left_out else []
        parts += ["with log-sum-exps in arrays, which are copied back after success"] if buffers == "float[]" else []
        return f"The same {', '.join(parts)}." if parts else ""

    def forwarded(self, slot: Slot, without: tuple[str, ...], buffers: str, has_buffers: bool) -> str:
        """What a form gives for an argument to the one that it calls."""
        name = lower(slot.name)
        if slot.name in without:
            if slot.kind == Kind.OPTIONS and slot.record:
                return f"new {slot.record.name('java')}()"
            if slot.kind == Kind.CONFIG and slot.record:
                return f"new {slot.record.name('java')}()"
            return "(Object) null" if slot.kind == Kind.BUFFER else "0" if slot.kind == Kind.NUMBER else "null"
        if slot.kind == Kind.BUFFER:
            if buffers == "float[]":
                return f'(Object) {REQUIRE}({name}, "{name}")'
            check = "writable" if slot.is_written else "readable"
            return f'Buffers.{check}({name}, "{name}")'
        return name

    def core(self, method: Method) -> list[str]:
        """What the forms with buffers and with arrays have in common."""
        slots = self.given(method)
        return [
            self.head(method, slots, "Object", "private "),
            *("        " + line for line in self.body(method)),
            "    }",
        ]

    def body(self, method: Method) -> list[str]:
        body = Body()
        for slot in method.slots:
            body.values += self.values(method, slot, body)
        call = f"Native.{method.function.short}({', '.join(body.values)})"
        lines = self.finish(method, body, call)
        for enter, leave in reversed(body.entered):
            lines = [enter, "try {", *("    " + line for line in lines), "} finally {", "    " + leave, "}"]
        return [*body.before, *lines]

    def finish(self, method: Method, body: Body, call: str) -> list[str]:
        answer, option = method.answer, method.result_option
        if option:
            return [f"return {option.name('java')}.of({call});"]
        if method.notes.get("flag"):
            return [f"return {call} != 0;"]
        if method.function.result.name == "uint32_t":
            return [f"return (int) {call};"]
        if answer is None or not method.function.can_fail:
            back = "return " * (self.result(method) != "void")
            return [f"{back}{call};", *body.after]
        name = lower(answer.name)
        if answer.kind == Kind.MADE:
            made = ", ".join([call, *(lower(k) for k in method.notes.get("keeps", ()))])
            return [f"return new {camel(answer.type.short)}({made});"]
        if answer.kind == Kind.WRITTEN_TEXT:
            return [f"return Bytes.written(256, (buffer, needed) -> {call});"]
        if answer.kind == Kind.ANSWER:
            assert answer.record
            return [f"{call};", *body.after, f"return new {answer.record.name('java')}({name}Fields);"]
        if "as" in method.notes:
            numbers = ", ".join(f"{name}[{n}]" for n in range(answer.type.extent or 0))
            return [f"{call};", *body.after, f"return new {method.notes['as']}({numbers});"]
        return [f"{call};", *body.after, f"return {name}" + "[0]" * (answer.kind == Kind.WRITTEN_NUMBER) + ";"]

    def values(self, method: Method, slot: Slot, body: Body) -> list[str]:
        """What the native call is given for an argument or an answer; adds what else that needs."""
        name, is_self = lower(slot.name), slot == method.receiver("java")
        of = "" if is_self else name + "."
        is_eval = method.area == "eval"
        if slot.kind == Kind.CONTEXT:
            return [self.context(name, is_self, is_eval, body)]
        if slot.kind == Kind.HANDLE:
            turns = slot.type.short == "cache_plan" and method.function.can_fail
            enter, leave = ("enter", "leave") if turns else ("acquire", "release")
            body.entered.append(
                (f"io.farspan.internal.{camel(slot.type.short)} {name}Object = {of}{enter}();", f"{of}{leave}();")
            )
            return [f"{name}Object"]
        if slot.kind == Kind.CACHE:
            return [self.cache(method, f"{of}access", body)]
        if slot.kind == Kind.TENSOR:
            kind = "output" if slot.is_written else "optional" if slot.is_optional else "input"
            where = "Access.get()" if is_eval else "Tensor"
            quoted = "" if kind == "optional" else f', "{name}"'
            body.before.append(f"Memory {name}Memory = {where}.{kind}({name}{quoted});")
            return [f"{name}Memory", f"{name}Memory.code", f"{name}Memory.dims"]
        if slot.kind == Kind.BYTES:
            return [self.bytes(slot, name, body)]
        if slot.kind == Kind.TEXT:
            body.before.append(f'byte[] {name}Bytes = Bytes.utf8({name}, "{name}");')
            return [f"{name}Bytes"]
        if slot.kind == Kind.LIST:
            of_texts = slot.type.name == "farspan_text"
            kind = "byte[]" if of_texts else "long[]"
            body.before.append(f"Texts.Parts<{kind}> {name}Parts = Texts.{'texts' if of_texts else 'ids'}({name});")
            return [f"{name}Parts.all", f"{name}Parts.lengths"]
        if slot.kind in (Kind.CONFIG, Kind.OPTIONS, Kind.COUNTER, Kind.COUNTERS):
            return self.struct(slot, name, of, body)
        if slot.kind == Kind.VIEWS and slot.record:
            self.require(name, body)
            fields = [(f, f"{name}.{lower(f.name)}") for f in seen(self.contract, slot.record)]
            return [
                v for f, at in fields for v in ([at, f"{at}.code", f"{at}.dims"] if f.kind == Kind.TENSOR else [at])
            ]
        if slot.kind == Kind.BATCH:
            self.require(name, body)
            return [f"{name}.sequences", f"{name}.offsets"]
        if slot.kind == Kind.ANSWER and slot.record:
            body.before.append(f"ByteBuffer {name}Fields = Structs.of({slot.record.name('java')}.BYTES);")
            return [f"{name}Fields.array()"]
        if slot.kind in (Kind.WRITTEN_NUMBER, Kind.WRITTEN_NUMBERS):
            kind = java.NUMBERS[slot.type.name]
            body.before.append(f"{kind}[] {name} = new {kind}[{slot.type.extent or 1}];")
            if method.makes_sequence:
                body.after.append(f"{self.access(method)}.begins({name}[0]);")
            return [name]
        if slot.kind == Kind.WRITTEN_TEXT:
            return ["buffer", "needed"]
        if slot.kind == Kind.MADE:
            return []
        if slot.kind == Kind.NUMBER:
            return [
                "code" if is_self else f"{name}.code" if slot.option else f"{name} ? 1 : 0" if slot.is_flag else name
            ]
        if slot.kind in (Kind.ARRAY, Kind.BUFFER) and not slot.is_optional:
            self.require(name, body)
        return [name]

    def require(self, name: str, body: Body) -> None:
        body.before.append(f'{REQUIRE}({name}, "{name}");')

    def context(self, name: str, is_self: bool, is_eval: bool, body: Body) -> str:
        where = "Access.get()" if is_eval else "Context"
        enter, leave = (
            ("acquire()", "release()") if is_self else (f"{where}.acquire({name})", f"{where}.release({name})")
        )
        body.entered.append((f"io.farspan.internal.Context {name}Object = {enter};", f"{leave};"))
        return f"{name}Object"

    def access(self, method: Method) -> str:
        cache = next(s for s in method.slots if s.kind == Kind.CACHE)
        return "access" if cache == method.receiver("java") else f"{lower(cache.name)}.access"

    def cache(self, method: Method, access: str, body: Body) -> str:
        sequences = method.sequences
        among = (
            ""
            if not sequences
            else f"{lower(sequences.name)}.inOrder"
            if sequences.kind == Kind.BATCH
            else lower(sequences.name)
        )
        enter, leave = {
            "reading": ("read", "leaveReading"),
            "changing": ("change", "leaveChanging"),
            "alone": ("enterAlone", "leaveAlone"),
        }[method.turn]
        body.entered.append(
            (f"io.farspan.internal.Cache cacheObject = {access}.{enter}({among});", f"{access}.{leave}({among});")
        )
        if method.ends_sequence:
            body.after.append(f"{access}.ends({among});")
        if method.turn == "alone":
            body.after.append(f"{access}.allEnd();")
        return "cacheObject"

    def bytes(self, slot: Slot, name: str, body: Body) -> str:
        if self.type_of(slot) == "byte[]":
            self.require(name, body)
            return name
        check = f"workspace({name})" if slot.is_written else f'readableBytes({name}, "{name}")'
        body.before.append(f"Object {name}Bytes = Buffers.{check};")
        return f"{name}Bytes"

    def struct(self, slot: Slot, name: str, of: str, body: Body) -> list[str]:
        record = slot.record
        assert record
        if of:
            self.require(name, body)
        if slot.kind == Kind.OPTIONS:
            return [f"{of}{lower(m.name)}" for m in record.members]
        if slot.kind == Kind.COUNTERS:
            body.before.append(
                f"byte[] {name}Fields = Structs.joined({name}, one -> one.fields, {record.struct.size});"
            )
            return [f"{name}Fields"]
        return [f"{of}fields.array()", *(f"{of}{lower(m.name)}" for m in record.members if m.is_array)]
