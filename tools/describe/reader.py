"""Reads the public headers with libclang into a model.

The comment of a declaration is the one that ends on the line above it, or that begins on the line where it ends. In a
struct, a comment after a blank line opens a group of fields. A function without a comment right below another function
shares that one's."""
from __future__ import annotations

import re
from pathlib import Path

from clang.cindex import Cursor, CursorKind, Index, SourceRange, TokenKind, TranslationUnit, TypeKind
from clang.cindex import Type as ClangType

from model import Enum, Field, Function, Model, Parameter, Struct, Type, Value

HEADERS = ("farspan.h", "cache.h", "gradient.h", "eval.h", "model.h")
MACROS = (
    "FARSPAN_VERSION_MAJOR",
    "FARSPAN_VERSION_MINOR",
    "FARSPAN_VERSION_PATCH",
    "FARSPAN_VERSION",
    "FARSPAN_ABI_VERSION",
)
ARGUMENTS = ["-x", "c", "-std=c99", "--target=x86_64-linux-gnu"]


class Comments:
    """The comments of one file by the lines where they stand."""

    def __init__(self, unit: TranslationUnit, path: Path) -> None:
        self.lines = path.read_text().splitlines()
        file = unit.get_file(str(path))
        whole = SourceRange.from_locations(
            unit.get_location(str(path), (1, 1)), unit.get_location(str(path), (len(self.lines) + 1, 1))
        )
        self.above: dict[int, str] = {}  # by the line after the comment
        self.blank_before: dict[int, bool] = {}  # that comment
        self.beside: dict[int, str] = {}
        self.opening = ""
        for token in unit.get_tokens(extent=whole):
            if token.kind != TokenKind.COMMENT or token.location.file.name != file.name:
                continue
            start, end = token.extent.start, token.extent.end
            text = plain(token.spelling)
            if start.line == 1:
                self.opening = text
            if self.lines[start.line - 1][: start.column - 1].strip():
                self.beside[start.line] = text
            elif not token.spelling.startswith("/* ----"):
                self.above[end.line + 1] = text
                self.blank_before[end.line + 1] = not self.lines[start.line - 2].strip()

    def of(self, first: int, last: int) -> str:
        return self.beside.get(last) or self.above.get(first, "")


def plain(comment: str) -> str:
    """The text of a comment, its lines and their indentation kept."""
    body = comment.removeprefix("/*").removesuffix("*/")
    lines = [re.sub(r"^\s*\* ?", "", line) if n else line.strip() for n, line in enumerate(body.splitlines())]
    if not any(re.match(r"\s*\*", line) for line in body.splitlines()[1:]):
        lines = [line.strip() for line in lines]  # beside a declaration: the indentation means nothing
    text = "\n".join(line.rstrip() for line in lines).strip()
    return re.sub(r"^-- [\d.]+ \w+: ", "", text)  # "-- 3.2 remap: which position ..." names a section


def read_type(clang: ClangType) -> Type:
    extent = None
    if clang.kind == TypeKind.CONSTANTARRAY:
        extent, clang = clang.element_count, clang.element_type
    pointers: list[bool] = []
    while clang.kind == TypeKind.POINTER:
        clang = clang.get_pointee()
        pointers.append(clang.is_const_qualified())
    name = re.sub(r"\b(const|volatile|struct) ", "", clang.spelling)
    return Type(name, tuple(reversed(pointers)), extent, clang.is_volatile_qualified())


def count_of(name: str, kind: Type, following: str | None) -> str | None:
    """The naming rule of the headers: an array is directly followed by its count."""
    return following if kind.is_pointer and following in (name + "_count", name + "_bytes") else None


def read_enum(cursor: Cursor, comments: Comments, header: str) -> Enum:
    values = tuple(
        Value(c.spelling, c.enum_value, comments.of(c.extent.start.line, c.extent.end.line))
        for c in cursor.get_children()
    )
    one_line = cursor.extent.start.line == cursor.extent.end.line
    if one_line:  # what stands beside belongs to all of them
        values = tuple(Value(v.name, v.number, "") for v in values)
    return Enum(values, comments.of(cursor.extent.start.line, cursor.extent.end.line if one_line else 0), header)


def read_struct(cursor: Cursor, comments: Comments, header: str) -> Struct:
    members = list(cursor.type.get_fields())
    fields: list[Field] = []
    group = ""
    for n, member in enumerate(members):
        line = member.extent.start.line
        own = comments.beside.get(member.extent.end.line, "")
        if line in comments.above and not own:
            if comments.blank_before[line]:  # it opens a group of fields
                group = comments.above[line]
            else:  # too long to stand beside
                own = comments.above[line]
        elif not comments.lines[line - 2].strip():
            group = ""
        kind = read_type(member.type)
        following = members[n + 1].spelling if n + 1 < len(members) else None
        fields.append(
            Field(
                member.spelling,
                kind,
                own,
                group,
                cursor.type.get_offset(member.spelling) // 8,
                count_of(member.spelling, kind, following),
            )
        )
    return Struct(
        cursor.spelling, tuple(fields), comments.above.get(cursor.extent.start.line, ""), header, cursor.type.get_size()
    )


def read_parameters(cursor: Cursor) -> tuple[Parameter, ...]:
    arguments = list(cursor.get_arguments())
    parameters = []
    for n, argument in enumerate(arguments):
        kind = read_type(argument.type)
        following = arguments[n + 1].spelling if n + 1 < len(arguments) else None
        parameters.append(Parameter(argument.spelling, kind, count_of(argument.spelling, kind, following)))
    return tuple(parameters)


def read_function(cursor: Cursor, comments: Comments, header: str) -> Function:
    doc = comments.of(cursor.extent.start.line, cursor.extent.end.line)
    return Function(cursor.spelling, read_type(cursor.result_type), read_parameters(cursor), doc, header)


def share_docs(functions: list[tuple[Function, int, int]]) -> tuple[Function, ...]:
    shared: list[Function] = []
    end = -1
    for function, first, last in functions:
        if not function.doc and first == end + 1 and shared:
            function = Function(function.name, function.result, function.parameters, shared[-1].doc, function.header)
        shared.append(function)
        end = last
    return tuple(shared)


def read_flat(root: Path, generated: str = "") -> tuple[Function, ...]:
    """The functions of bindings/flat.h, and those of a generated text behind them, which SWIG wraps beside those of the headers."""
    folder = root / "bindings"
    unit = Index.create().parse(
        "flat.c",
        [*ARGUMENTS, f"-I{root / 'include'}", f"-I{folder}", "-w"],
        [("flat.c", '#include "flat.h"\n#include "flat_generated.h"\n'), (str(folder / "flat_generated.h"), generated)],
    )
    fatal = [str(d) for d in unit.diagnostics if d.severity >= 3 and "stddef.h" not in d.spelling]
    if fatal:
        raise SystemExit("describe: the flat headers do not compile:\n" + "\n".join(fatal))
    functions = []
    for cursor in unit.cursor.get_children():
        file = cursor.location.file
        if cursor.kind == CursorKind.FUNCTION_DECL and file and Path(file.name).parent == folder:
            functions.append(
                Function(
                    cursor.spelling, read_type(cursor.result_type), read_parameters(cursor), "", Path(file.name).name
                )
            )
    return tuple(functions)


def read(root: Path) -> Model:
    folder = root / "include" / "farspan"
    include = f"-I{root / 'include'}"
    source = "".join(f'#include "farspan/{name}"\n' for name in HEADERS)
    source += "enum { " + ", ".join(f"VALUE_OF_{name} = {name}" for name in MACROS) + " };\n"
    unit = Index.create().parse("all.c", [*ARGUMENTS, include], [("all.c", source)])
    wrong = [str(d) for d in unit.diagnostics if d.severity >= 2 and "stddef.h" not in d.spelling]
    if wrong:
        raise SystemExit("describe: the headers do not compile:\n" + "\n".join(wrong))

    comments = {name: Comments(unit, folder / name) for name in HEADERS}
    enums: list[Enum] = []
    structs: list[Struct] = []
    handles: list[str] = []
    functions: list[tuple[Function, int, int]] = []
    *declarations, last = unit.cursor.get_children()
    macros = {c.spelling.removeprefix("VALUE_OF_"): c.enum_value for c in last.get_children()}
    for cursor in declarations:
        if not cursor.location.file or Path(cursor.location.file.name).parent != folder:
            continue
        header = Path(cursor.location.file.name).name
        if header not in comments:
            continue
        if cursor.kind == CursorKind.ENUM_DECL:
            enums.append(read_enum(cursor, comments[header], header))
        elif cursor.kind == CursorKind.STRUCT_DECL and cursor.is_definition():
            structs.append(read_struct(cursor, comments[header], header))
        elif cursor.kind == CursorKind.STRUCT_DECL and cursor.spelling not in handles and not cursor.get_definition():
            handles.append(cursor.spelling)
        elif cursor.kind == CursorKind.FUNCTION_DECL:
            functions.append(
                (read_function(cursor, comments[header], header), cursor.extent.start.line, cursor.extent.end.line)
            )
    return Model(
        HEADERS,
        macros,
        tuple(enums),
        tuple(structs),
        tuple(handles),
        share_docs(functions),
        {name: c.opening for name, c in comments.items()},
    )
