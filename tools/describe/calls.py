"""Plain calls: functions whose arguments all follow the rules, so that no person need write them in any language.

An argument is a context, a scheme or a plan, a number, an array with its count, a configuration that was made by its init function, or
`error`; the result is a status or a number."""
from __future__ import annotations

from dataclasses import dataclass
from enum import Enum as Kinds

from contract import Contract, Record
from model import Function, Parameter

HANDLES = ("farspan_scheme", "farspan_plan")
NUMBERS = ("int32_t", "int64_t", "uint64_t", "double")
ELEMENTS = ("float", "double", "int64_t")


class Kind(Kinds):
    CONTEXT = "context"
    HANDLE = "handle"
    ARRAY = "array"
    NUMBER = "number"
    CONFIG = "config"


@dataclass(frozen=True)
class Argument:
    """An argument of a plain call; counts and the error are no arguments of their own."""

    parameter: Parameter
    kind: Kind
    record: Record | None = None

    @property
    def name(self) -> str:
        return self.parameter.name

    @property
    def is_written(self) -> bool:
        """Whether the library writes into the array."""
        return self.kind == Kind.ARRAY and not self.parameter.type.is_const


@dataclass(frozen=True)
class Call:
    function: Function
    arguments: tuple[Argument, ...]


def classify(contract: Contract, parameter: Parameter) -> Argument | None:
    kind = parameter.type
    record = next((r for r in contract.records if r.struct.name == kind.name), None)
    if len(kind.pointers) == 1 and kind.is_const and kind.name == "farspan_context":
        return Argument(parameter, Kind.CONTEXT)
    if len(kind.pointers) == 1 and kind.is_const and kind.name in HANDLES:
        return Argument(parameter, Kind.HANDLE)
    if len(kind.pointers) == 1 and parameter.count and kind.name in ELEMENTS:
        return Argument(parameter, Kind.ARRAY)
    if not kind.is_pointer and kind.extent is None and kind.name in NUMBERS:
        return Argument(parameter, Kind.NUMBER)
    if (
        len(kind.pointers) == 1
        and kind.is_const
        and record
        and record.kind == "config"
        and not any(m.is_array for m in record.members)
    ):
        return Argument(parameter, Kind.CONFIG, record)
    return None


def plain(contract: Contract) -> tuple[Call, ...]:
    """The functions that contract.toml does not give to people."""
    by_hand = {*contract.notes["functions"]["by_hand"], *contract.notes["methods"]}
    unknown = sorted(name for name in by_hand if not any(f.short == name for f in contract.model.functions))
    if unknown:
        raise SystemExit(f"describe: bindings/contract.toml gives {unknown[0]} to people, and no header has it")
    calls = []
    for function in contract.model.functions:
        if function.short in by_hand or function.short.endswith(("_init", "_destroy")):
            continue
        counts = {p.count for p in function.parameters if p.count}
        given = [p for p in function.parameters if p.name not in counts and p.type.name != "farspan_error"]
        arguments = [classify(contract, p) for p in given]
        refused = [p.name for p, a in zip(given, arguments) if a is None]
        if not function.can_fail and function.result.name not in NUMBERS:
            refused.append("the result")
        if refused:
            raise SystemExit(
                f"describe: no rule covers {refused[0]} of {function.name}: say in bindings/contract.toml under [methods] "
                "where it stands, or list it under [functions] by_hand and write its calls"
            )
        calls.append(Call(function, tuple(a for a in arguments if a)))
    return tuple(calls)
