"""Plain calls of C++."""
from __future__ import annotations

from calls import Call, Kind


def call(given: Call) -> list[str]:
    """The lines of a plain call, without its comment."""
    function = given.function
    parameters, values = [], []
    for a in given.arguments:
        kind = a.parameter.type
        if a.kind == Kind.CONTEXT:
            parameters.append(f"const context* {a.name}")
            values.append(f"detail::handle({a.name})")
        elif a.kind == Kind.HANDLE:
            parameters.append(f"const {kind.short}& {a.name}")
            values.append(f"{a.name}.get()")
        elif a.kind == Kind.ARRAY:
            parameters.append(f"array_view<{'' if a.is_written else 'const '}{kind.name}> {a.name}")
            values += [f"{a.name}.data()", f"static_cast<int64_t>({a.name}.size())"]
        elif a.kind == Kind.CONFIG:
            parameters.append(f"const {kind.name}& {a.name}")
            values.append(f"&{a.name}")
        else:
            parameters.append(f"{kind.name} {a.name}")
            values.append(a.name)
    head = (
        f"inline {'void' if function.can_fail else function.result.name} {function.short}({', '.join(parameters)}) {{"
    )
    if not function.can_fail:
        return [head, f"    return {function.name}({', '.join(values)});", "}"]
    return [
        head,
        "    detail::check([&](farspan_error* cause) {",
        f"        return {function.name}({', '.join([*values, 'cause'])});",
        "    });",
        "}",
    ]
