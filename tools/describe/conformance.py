"""Fields and functions by name, for the runners of the conformance cases: what JSON sets, what an answer consists of, and the calls of C, C++ and Rust."""
from __future__ import annotations

import re
from dataclasses import dataclass

from contract import Contract, Member, Record
import cpp
import rust_calls
from idiom import Call, Given, Idiom, Role
from model import Field as StructField
from model import Function, Parameter

C_KINDS = {"int32_t": "INT32", "int64_t": "INT64", "uint64_t": "INT64", "double": "DOUBLE"}
C_ARRAYS = {"int64_t": "INT64S", "float": "FLOATS", "double": "DOUBLES"}


@dataclass(frozen=True)
class Field:
    """A field that has a number, or an array of numbers."""

    name: str
    kind: str
    extent: int
    count: str | None


def is_said(record: Record, member: Member) -> bool:
    """Whether the field has numbers; how many notes a model has is what model_note_at asks for."""
    kinds = C_ARRAYS if member.field.type.is_pointer else C_KINDS
    return member.field.type.name in kinds and member.name != "notes"


def fields(record: Record) -> list[Field]:
    """As C and C++ find them in memory."""
    return [
        Field(
            m.name,
            (C_ARRAYS if m.is_array else C_KINDS)[m.field.type.name],
            m.field.type.extent or 1,
            m.field.count if m.is_array else None,
        )
        for m in record.members
        if is_said(record, m)
    ]


MODULES = {"farspan.h": "farspan", "cache.h": "farspan::cache", "eval.h": "farspan::eval", "model.h": "farspan::model"}


def rust_path(record: Record) -> str:
    return f"{MODULES[record.struct.header]}::{record.name('rust')}"


def rust_options(records: list[Record]) -> list[str]:
    """The enumerations of the configurations."""
    modules = {"": "farspan", "eval": "farspan::eval", "model": "farspan::model"}
    options = (m.option for r in records if r.kind == "config" for m in r.members if m.option)
    return sorted({f"{modules[o.area]}::{o.name('rust')}" for o in options})


def rust_whole(record: Record, member: Member) -> str | None:
    """An integer of an answer as i64; None for a real number."""
    if member.field.type.name == "double":
        return None
    if member.option:
        return f"self.{member.name}.0.into()"
    exact = member.field.type.name == "int64_t" and not record.is_flag(member, "rust")
    return f"self.{member.name}" if exact else f"self.{member.name}.into()"


READERS = {"double": "DOUBLES", "float": "FLOATS", "int64_t": "INT64S"}
HANDLES = ("scheme", "plan", "model", "cache", "cache_plan")  # what a case has
# Cases ask for what no single call answers, or give what another answered.
BY_HAND = ("model_layer_at", "model_note_at", "cache_restore")


def seen(contract: Contract, record: Record) -> list[tuple[StructField, bool]]:
    """The fields of views and whether each is written, in the order of their outputs: tensors, then arrays."""
    fields = sorted((m.field for m in record.members), key=lambda field: field.type.name != "farspan_tensor")
    return [(field, contract.is_written(field, record)) for field in fields]


def workspace_size(contract: Contract, function: Function) -> Function | None:
    """What tells the size of its workspace: a function of its own, or of what it runs."""
    names = [function.short, *(p.type.short for p in function.parameters)]
    known = {f.short: f for f in contract.model.functions}
    return next((known[f"{n}_workspace_size"] for n in names if f"{n}_workspace_size" in known), None)


class Body:
    """The function that makes a call in C, with arguments by the names of the header."""

    def __init__(self, contract: Contract, function: Function) -> None:
        self.contract, self.function = contract, function
        self.before: list[str] = []
        self.after: list[str] = []
        self.arguments: list[str] = []
        counts = {p.count for p in function.parameters if p.count}
        self.written = next((p.name for p in function.parameters if self.is_written_tensor(p)), None)
        self.is_regular = function.can_fail
        for parameter in function.parameters:
            if parameter.name not in counts and parameter.name not in ("error", "needed"):
                if not self.add(parameter):
                    self.is_regular = False
                    return
        writes_text = any(p.name == "needed" for p in function.parameters)
        self.calls = [self.arguments]
        if writes_text:  # once for the size
            at = self.arguments.index("TEXT")
            first = [*self.arguments[:at], "NULL", "0", "&needed", *self.arguments[at + 1 :]]
            second = [*self.arguments[:at], "buffer", "needed", "&needed", *self.arguments[at + 1 :]]
            self.calls = [first, second]

    def is_written_tensor(self, parameter: Parameter) -> bool:
        return parameter.type.name == "farspan_tensor" and self.contract.is_written(parameter)

    def add(self, parameter: Parameter) -> bool:
        """Whether there is a rule for it."""
        name, kind, is_const = parameter.name, parameter.type, parameter.type.is_const
        short = kind.short
        record = next((r for r in self.contract.records if r.struct.name == kind.name), None)
        simple = len(kind.pointers) == 1 and kind.extent is None
        if simple and short == "context":
            self.arguments.append("run->context")
        elif simple and short in HANDLES:
            self.arguments.append(f"run->{short}")
        elif len(kind.pointers) == 2 and short in HANDLES:
            made = "made" if short == "scheme" else short  # a scheme may also be of a model
            self.before += [f"farspan_{short}_destroy(run->{made});", f"run->{made} = NULL;"]
            self.arguments.append(f"&run->{made}")
            self.after += ["run->scheme = run->made;"] * (short == "scheme")
            self.after += ["run->sequence_count = 0;"] * (short == "cache")
        elif simple and kind.name in self.contract.views:
            self.views(name, self.contract.views[kind.name])
        elif simple and record and record.kind == "counter" and parameter.count:
            self.arguments.append(f'run->{short}, whole(run->given, "{name}")')
        elif simple and record and record.kind == "counter":
            self.arguments.append(f'&run->{short}[whole(run->given, "{name}")]')
        elif simple and kind.name == "void" and is_const and parameter.count:
            self.arguments.append(f'BYTES("{name}")')
        elif simple and short == "cache_batch":
            self.arguments.append("batch_of(run)")
        elif simple and short == "tensor":
            self.arguments.append(self.tensor(parameter))
        elif simple and record and record.kind == "config":
            self.arguments.append(f"&{name}")
            of_kind = f', "{record.selector.name}"' if record.selector else ""
            self.before.append(
                f'CONFIG{"_OF" * bool(of_kind)}({short}, {name}, member(run->given, "{name}"){of_kind});'
            )
        elif simple and record and record.kind == "answer" and not is_const:
            self.before.append(f"FRESH({short}, {name});")
            self.arguments.append(f"&{name}")
            self.after.append(f"GIVE({short}, {name});")
        elif simple and short in ("text", "ids") and is_const and parameter.count:
            self.arguments.append(
                f'{"texts" if short == "text" else "ids"}(run, "{name}"), length(run->given, "{name}")'
            )
        elif simple and kind.name == "char" and is_const and parameter.count:
            self.arguments.append(f'TEXT("{name}")')
        elif simple and kind.name == "char" and not is_const and parameter.count:
            self.before.append("int64_t needed = 0;")
            self.arguments.append("TEXT")
            self.after.append("new_text(run, buffer);")
        elif simple and parameter.count and kind.name in READERS:
            return self.array(parameter)
        elif simple and not is_const and kind.name in ("int32_t", "int64_t", "double"):
            self.answer(parameter)
        elif kind.extent and not is_const and kind.name == "int64_t":
            self.before.append(f"int64_t {name}[{kind.extent}];")
            self.arguments.append(name)
            self.after.append(f"for (int n = 0; n < {kind.extent}; ++n) give_whole(run, {name}[n]);")
        elif not kind.is_pointer and kind.extent is None and kind.name in ("int32_t", "int64_t", "double"):
            self.arguments.append(self.number(parameter))
        else:
            return False
        return True

    def number(self, parameter: Parameter) -> str:
        name = parameter.name
        notes = self.contract.notes["call"].get(self.function.short, {})
        defaults = dict((text.split("=") + [""])[:2] for text in notes.get("optional", ()))
        if name == "sequence":
            return "SEQUENCE"
        if parameter.type.name == "double":
            return f'real(run->given, "{name}")'
        text = (
            f'whole_or(run->given, "{name}", {defaults[name] or 0})'
            if name in defaults
            else f'whole(run->given, "{name}")'
        )
        return f"(int32_t){text}" if parameter.type.name == "int32_t" else text

    def tensor(self, parameter: Parameter) -> str:
        """What is written can be the first input too, if the case does not name it."""
        name, written = parameter.name, self.written
        inputs = [
            p.name
            for p in self.function.parameters
            if p.type.name == "farspan_tensor" and not self.is_written_tensor(p)
        ]
        if name == written:
            where = f'has(run->given, "{name}") ? "{name}" : "{inputs[0]}"' if inputs else f'"{name}"'
            self.before.insert(0, f"const farspan_tensor* {name} = output(run, {where});")
            return name
        if written and inputs[0] == name:
            return f'has(run->given, "{written}") ? input(run, "{name}") : {written}'
        return f'input(run, "{name}")'

    def views(self, name: str, record: Record) -> None:
        self.arguments.append(f"&{name}")
        self.before.append(f"FRESH({record.struct.short}, {name});")
        for field, is_written in seen(self.contract, record):
            to = f"{name}.{field.name}"
            if field.type.name == "farspan_tensor":
                self.before.append(f'{to} = {"output" if is_written else "input"}(run, "{field.name}");')
            elif field.type.name == "float":
                self.before.append(f'{to} = memory(run, "{field.name}", {int(is_written)});')
                self.before.append(f'{name}.{field.count} = elements(run, "{field.name}");')
            elif size := workspace_size(self.contract, self.function):
                self.before.append(f'if (has(run->given, "{field.name}")) {{')
                of = next(p.type.short for p in size.parameters)
                self.before.append(f"    {name}.{field.count} = (int64_t){size.name}(run->{of});")
                self.before += [f"    {to} = take(run, (size_t){name}.{field.count});", "}"]

    def array(self, parameter: Parameter) -> bool:
        """What is written is memory of the case; so are lists with the content of a seed."""
        name, kind = parameter.name, parameter.type
        if kind.is_const and not name.startswith("lse_"):
            self.arguments.append(f'{READERS[kind.name]}("{name}")')
        else:
            self.before.append(f'{kind.name}* {name} = memory(run, "{name}", {int(not kind.is_const)});')
            self.arguments.append(f'{name}, elements(run, "{name}")')
        return True

    def answer(self, parameter: Parameter) -> None:
        name, kind = parameter.name, parameter.type.name
        self.before.append(f"{kind} {name} = 0;")
        self.arguments.append(f"&{name}")
        if name in ("sequence", "child"):
            self.after.append(f"run->sequences[run->sequence_count++] = {name};")
        else:
            self.after.append(f"give_{'real' if kind == 'double' else 'whole'}(run, {name});")

    @property
    def lines(self) -> list[str]:
        calls = [f"CALL({self.function.short}, {', '.join(arguments)});" for arguments in self.calls]
        if len(calls) > 1:
            calls.insert(1, "char* buffer = take(run, (size_t)needed);")
        return [*self.before, *calls, *self.after]


def bodies(contract: Contract) -> list[Body]:
    """The calls of all functions that can fail and whose arguments follow the rules."""
    asked = [f for f in contract.model.functions if f.short not in BY_HAND]
    return [body for body in (Body(contract, f) for f in asked) if body.is_regular]


COUNTERS = ("loss", "bleu_counts", "chrf_counts")  # of which a case has several


class RustBody:
    """The same in Rust, of functions and of methods of what calls before it made."""

    SLICES = {"double": "doubles", "float": "floats", "int64_t": "longs"}

    def __init__(self, contract: Contract, call: Call) -> None:
        self.contract, self.call, self.function = contract, call, call.function
        self.before: list[str] = []
        self.memory: list[str] = []
        self.kept: list[str] = []  # what becomes outputs
        arguments = [given for given in call.arguments if (call.owner, given.name) != ("cache", "sequence")]
        values = [self.value(given) for given in arguments]
        self.owner = self.owned()
        self.is_regular = bool(call.function.can_fail and self.owner and all(values))
        self.values = [value for value in values if value]

    def owned(self) -> str | None:
        """What stands before the arguments."""
        owner, this, name = self.call.owner, self.call.this, rust_calls.name(self.call)
        if owner is None or (self.call.result and self.call.result.role == Role.MADE):
            return rust_calls.path(self.contract, self.call).replace("crate", "farspan", 1)
        if owner == "cache" and any(given.name == "sequence" for given in self.call.arguments):
            return f'state.sequences[case.index("sequence")].{name}'
        if owner in ("scheme", "plan", "cache"):
            return f"made(&state.{owner}).{name}"
        if this and owner in COUNTERS:
            return f'state.{owner}[case.index("{this.name}")].{name}'
        config = this and this.record and self.value(Given(this.parameter, Role.CONFIG, this.record))
        return f"{this.name}.{name}" if config and this else None

    def value(self, given: Given) -> str | None:
        name, role, kind = given.name, given.role, given.parameter.type
        if role == Role.CONTEXT:
            return "Some(case.context)"
        if role == Role.COUNTER and kind.is_const:
            self.before.append(f'let {name} = state.{kind.short}[case.index("{name}")];')
            return f"&{name}"
        if role == Role.COUNTERS:
            return f'&state.{kind.short}[..case.index("{name}")]'
        if role == Role.TENSOR:
            local, is_written = "input" if name == "in" else name, self.contract.is_written(given.parameter)
            self.memory.append(f'let {"mut " * is_written}{local} = case.memory("{name}");')
            self.kept += [f"[{local}]"] * is_written
            return f"&mut {local}.view_mut()?" if is_written else f"&{local}.view()?"
        if role == Role.ARRAY and (given.is_written or name.startswith("lse_")):
            self.memory.append(f'let mut {name} = case.memory("{name}");')
            self.kept += [f"[{name}]"] * given.is_written
            return f"{name}.{self.SLICES[kind.name]}()"
        if role == Role.VIEWS and given.record:
            self.views(name, given.record)
            return name
        if role == Role.CONFIG and given.record:
            selector = given.record.selector
            kind_of = f'number(&case.given["{name}"]["{selector.name}"])' if selector else ""
            self.before.append(
                f'let {name} = filled({rust_path(given.record)}::new({kind_of}), &case.given["{name}"]);'
            )
            return f"&{name}"
        if role == Role.TEXT:
            return f'case.get::<&str>("{name}")'
        if role == Role.BYTES and not given.is_written:
            return f'&case.bytes("{name}")'
        if role == Role.REFERENCES:
            element = "&str" if kind.name == "farspan_text" else "&[i64]"
            return f'case.get::<&[Option<{element}>]>("{name}")'
        if given.option:
            module = {"": "farspan", "eval": "farspan::eval", "model": "farspan::model"}[given.option.area]
            return f'{module}::{given.option.name("rust")}(case.get("{name}"))'
        if role in (Role.ARRAY, Role.NUMBER):
            return f'case.get("{name}")'
        return None

    def views(self, name: str, record: Record) -> None:
        self.before.append(f"let mut {name} = farspan::{record.name('rust')}::new();")
        for field, is_written in seen(self.contract, record):
            local, mut = field.name, "mut " * is_written
            if field.type.name == "farspan_tensor":
                view, borrowed = ("view_mut", "as_mut") if is_written else ("view", "as_ref")
                self.before += [
                    f'let {mut}{local} = case.optional("{local}");',
                    f"let {mut}{local}_view = {local}.{borrowed}().map(Memory::{view}).transpose()?;",
                    f"if let Some(given) = &{mut}{local}_view {{",
                ]
            elif field.type.name == "float":
                self.before += [f'let mut {local} = case.optional("{local}");', f"if let Some(given) = &mut {local} {{"]
            elif size := workspace_size(self.contract, self.function):
                call = next(c for c in Idiom(self.contract).calls("rust") if c.function == size)
                of = f"made(&state.{call.owner}).{rust_calls.name(call)}()"
                self.before += [f"let mut {local} = vec![0; {of}];", f'if case.has("{local}") {{']
            else:
                continue
            value = {"farspan_tensor": "given", "float": "given.floats()"}.get(field.type.name, f"&mut {local}")
            self.before += [f"    {name} = {name}.{local}({value});", "}"]
            self.kept += [local] * (is_written and field.type.name != "void")

    @property
    def over_itself(self) -> list[str]:
        """What is written can be the input, if the case does not name it."""
        source, written = self.call.notes["in_place"]
        values = [v for v in self.values if v != f"&mut {written}.view_mut()?"]
        values = ["&mut both.view_mut()?" if v.startswith("&") and v.endswith(".view()?") else v for v in values]
        return [
            f'if !case.has("{written}") {{',
            f'    let mut both = case.memory("{source}");',
            f"    let answer = {self.owner}_in_place({', '.join(values)});",
            "    case.keep([both]);",
            "    return answer.map(|()| true);",
            "}",
        ]

    @property
    def lines(self) -> list[str]:
        before = [*self.before, *(self.over_itself if "in_place" in self.call.notes else ()), *self.memory]
        expression = f"{self.owner}({', '.join(self.values)})"
        result = self.call.result
        kept = [f"case.keep({one});" for one in self.kept]
        if not result:
            if not kept:
                return [*before, expression + "?;"]
            return [*before, f"let answer = {expression};", *kept, "answer?;"]
        if result.role == Role.MADE:
            return [*before, f"state.{self.call.owner} = Some({expression}?);"]
        real = result.parameter.type.name == "double"
        fields = ", ".join(f"made.{field}" for field in self.call.notes.get("values", {}).get("fields", ()))
        given = {
            Role.ANSWER: "case.give(&made);",
            Role.WRITTEN: "case.text(made);",
            Role.VALUE: "case.reals([made]);" if real else "case.wholes([made]);",
            Role.VALUES: f"case.wholes([{fields}]);",
        }[result.role]
        if result.name in ("sequence", "child"):
            given = "state.sequences.push(made);"
        if not kept:
            return [*before, f"let made = {expression}?;", given]
        return [*before, f"let answer = {expression};", *kept, "let made = answer?;", given]


def rust_bodies(contract: Contract) -> list[RustBody]:
    calls = [c for c in Idiom(contract).calls("rust") if c.function.short not in BY_HAND]
    return [b for b in (RustBody(contract, c) for c in calls) if b.is_regular]


class CppBody:
    """The same in C++, with methods of what calls before it made."""

    READERS = {"double": "reals", "float": "floats", "int64_t": "wholes"}

    def __init__(self, contract: Contract, call: Call) -> None:
        self.contract, self.call, self.function = contract, call, call.function
        self.before: list[str] = []
        tensors = [g.parameter for g in call.given if g.role == Role.TENSOR]
        self.written = next((p.name for p in tensors if contract.is_written(p)), None)
        self.first = next((p.name for p in tensors if not contract.is_written(p)), None)
        values = {given.name: self.value(given) for given in call.arguments}
        self.owner = self.owned()
        self.is_regular = call.function.can_fail and self.owner is not None and all(values.values())
        optional = [text.split("=")[0] for text in call.notes.get("optional", ())]
        order = [n for n in values if n not in (*optional, "context")] + optional + ["context"]
        self.values = [str(values[name]) for name in order if name in values]

    def owned(self) -> str | None:
        """What stands before the name of the function."""
        owner, this, made = self.call.owner, self.call.this, self.call.result
        if owner is None or (made and made.role == Role.MADE):
            return "farspan::" + "eval::" * (self.function.header == "eval.h") + f"{owner}::" * bool(owner)
        if owner in HANDLES:
            return f"c.{owner}->"
        if this and owner in COUNTERS:
            return f'c.{owner}[c.index("{this.name}")].'
        return f"{self.value(Given(this.parameter, Role.CONFIG, this.record))}." if this and this.record else None

    def value(self, given: Given) -> str | None:
        name, role, kind = given.name, given.role, given.parameter.type
        if role == Role.CONTEXT:
            return "c.context"
        if role == Role.HANDLE and kind.short in HANDLES:
            return f"*c.{kind.short}"
        if role == Role.BATCH:
            return "c.batch()"
        if role == Role.VIEWS and given.record:
            self.views(name, given.record)
            return name
        if role == Role.COUNTER:
            return f'c.{kind.short}[c.index("{name}")]'
        if role == Role.COUNTERS:
            return f'first(c.{kind.short}, c.index("{name}"))'
        if role == Role.REFERENCES:
            return f'c.references<{"std::string_view" if kind.short == "text" else "farspan::eval::ids"}>()'
        if role == Role.TENSOR and name == self.written:
            other = f'c.out_or("{name}", "{self.first}")' if self.first else f'c.out("{name}")'
            self.before.insert(0, f"const farspan::tensor {name} = {other};")
            return name
        if role == Role.TENSOR:
            in_place = self.written and name == self.first
            return (
                f'c.has("{self.written}") ? c.in("{name}") : farspan::const_tensor({self.written})'
                if in_place
                else f'c.in("{name}")'
            )
        if role == Role.ARRAY and (given.is_written or name.startswith("lse_")):
            self.before.append(f'const auto {name} = c.memory<{kind.name}>("{name}", {int(given.is_written)});')
            return name
        if role == Role.ARRAY:
            return f'c.{self.READERS[kind.name]}("{name}")'
        if role == Role.CONFIG and given.record:
            selector = f', "{given.record.selector.name}"' if given.record.selector else ""
            area = "eval::" * (given.record.area == "eval")
            made = f'c.config<{kind.name}, farspan::{area}{kind.short}>("{kind.short}", "{name}"{selector})'
            return self.with_arrays(given, made) if cpp.arrays(given.record) else made
        if role == Role.TEXT or (role == Role.BYTES and not given.is_written):
            return f'c.{role.value}("{name}")'
        if role == Role.NUMBER and name == "sequence":
            return "c.sequence()"
        if role == Role.NUMBER:
            reader = "real" if kind.name == "double" else "small" if kind.name == "int32_t" else "whole"
            return f'c.{reader}("{name}")' + " != 0" * given.is_flag
        return None

    def with_arrays(self, given: Given, made: str) -> str:
        """Its setters copy the arrays; numbers that go with them stay as the case has them."""
        assert given.record
        name = given.name
        self.before.append(f"auto {name} = {made};")
        changed = re.findall(r"(\w+) = ", "".join(given.record.notes.get("cpp_after", {}).values()))
        self.before += [f"const {given.parameter.type.name} said = {name};"] * bool(changed)
        self.before.append(f'c.within(member(c.r.given, "{name}"), [&] {{')
        for setter in cpp.setters(given.record):
            values = (
                f'c.{self.READERS[m.field.type.name]}("{m.name}")' if m.is_array else f"{name}.{m.name}"
                for m in setter.members
            )
            self.before.append(f"    {name}.set_{setter.name}({', '.join(values)});")
        self.before += ["});", *(f"{name}.{field} = said.{field};" for field in changed)]
        return name

    def views(self, name: str, record: Record) -> None:
        self.before.append(f"farspan::{record.struct.short} {name};")
        for field, is_written in seen(self.contract, record):
            to = f"{name}.{field.name}"
            if field.type.name == "farspan_tensor":
                reader = "out" if is_written else "in"
                self.before.append(f'if (c.has("{field.name}")) {to} = c.{reader}("{field.name}");')
            elif field.type.name == "float":
                const = "" if is_written else "const "
                self.before.append(f'{to} = c.memory<{const}float>("{field.name}", {int(is_written)});')
            elif size := workspace_size(self.contract, self.function):
                call = next(c for c in Idiom(self.contract).calls("cpp") if c.function == size)
                bytes_of = f'c.has("{field.name}") ? farspan::{call.name("cpp")}(*c.{size.parameters[0].name}) : 0'
                self.before += [f"std::vector<std::byte> {field.name}({bytes_of});", f"{to} = {field.name};"]

    @property
    def lines(self) -> list[str]:
        expression = f"{self.owner}{self.call.name('cpp')}({', '.join(self.values)})"
        result = self.call.result
        if not result:
            return [*self.before, expression + ";"]
        if result.role == Role.MADE:
            return [*self.before, f"c.{self.call.owner}.emplace({expression});"]
        real = result.parameter.type.name == "double"
        give = {
            Role.ANSWER: f'give(&c.r, "{result.parameter.type.short}", &made);',
            Role.WRITTEN: "new_text(&c.r, made.c_str());",
            Role.VALUE: "give_real(&c.r, made);" if real else "c.give({made});",
            Role.VALUES: "for (const int64_t one : made) c.give({one});",
        }[result.role]
        if result.name in ("sequence", "child"):
            give = "c.sequences.push_back(made);"
        return [*self.before, f"const auto made = {expression};", give]


def cpp_bodies(contract: Contract) -> list[CppBody]:
    calls = [c for c in Idiom(contract).calls("cpp") if c.function.short not in BY_HAND]
    return [b for b in (CppBody(contract, c) for c in calls) if b.is_regular]
