"""The slips that a mutant is made of, in expressions: for each kind of node, what may stand in its place.

A rule gives new nodes and leaves the old one as it was; parts that stay are shared. The rules follow those of mutmut,
Cosmic Ray and PIT, with those added that numerical code knows: axes, and operations in place.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from nbjudge.judging.mutants.lists import dropped, replaced, swapped, with_fields


@dataclass(frozen=True)
class Scope:
    """What the code at some place could have been mixed up with."""

    where: str  # the function or class, by its qualified name
    names: tuple[str, ...]  # its arguments and variables, and those of the functions around it
    called: tuple[str, ...]  # functions that the source calls by a plain name
    attributes: dict[str, list[str]]  # what the source reads, by the text of what it reads it from
    strings: list[str]  # of the source, in their order


OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult, ast.Div),
    ast.Sub: (ast.Add, ast.Mult, ast.Div),
    ast.Mult: (ast.Div, ast.Add, ast.Sub, ast.Pow, ast.MatMult),
    ast.Div: (ast.Mult, ast.FloorDiv, ast.Add, ast.Sub),
    ast.FloorDiv: (ast.Div, ast.Mult, ast.Mod),
    ast.Mod: (ast.FloorDiv, ast.Mult, ast.Sub),
    ast.MatMult: (ast.Mult, ast.Add),
    ast.Pow: (ast.Mult, ast.Div),
    ast.BitAnd: (ast.BitOr, ast.BitXor),
    ast.BitOr: (ast.BitAnd, ast.BitXor),
    ast.BitXor: (ast.BitAnd, ast.BitOr),
}
_COMMUTES = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
_IN_PLACE: dict[type[ast.operator], str] = {
    ast.Add: "__iadd__",
    ast.Sub: "__isub__",
    ast.Mult: "__imul__",
    ast.Div: "__itruediv__",
    ast.BitAnd: "__iand__",
    ast.BitOr: "__ior__",
}
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    **{op: tuple(other for other in _ORDER if other is not op) for op in _ORDER},
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPPOSITES = (
    ("all", "any"),
    ("argmax", "argmin"),
    ("copy_", "add_"),
    ("erf", "tanh"),
    ("eval", "train"),
    ("exp", "log"),
    ("items", "values"),
    ("max", "min"),
    ("mean", "sum"),
    ("ones", "zeros"),
    ("reshape", "view"),
    ("sqrt", "square"),
    ("startswith", "endswith"),
    ("tril", "triu"),
)
_OPPOSITE = {**dict(_OPPOSITES), **{second: first for first, second in _OPPOSITES}}
_AXES = (-2, -1, 0, 1, 2)
_AXIS_KEYWORDS = ("dim", "axis", "start_dim", "end_dim")
_SHORTENED = ("list({})[:1]", "list({})[-1:]", "list({})[1:]", "list({})[:-1]", "list({})[::-1]")


def expressions(node: ast.AST, scope: Scope) -> Iterator[ast.AST]:
    """What may stand in the place of an expression, or of a part of one."""
    rule = _RULES.get(type(node))
    return iter(()) if rule is None else rule(node, scope)


def number(node: ast.AST) -> int | float | None:
    """The value of a number as it is written, with its sign; None for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = number(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return node.value
    return None


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _operation(node: ast.BinOp, scope: Scope) -> Iterator[ast.AST]:
    for operator in OPERATORS.get(type(node.op), ()):
        yield with_fields(node, op=operator())
    yield node.left
    yield node.right
    yield from _in_place(node.op, node.left, node.right, scope)
    if isinstance(node.op, _COMMUTES):
        yield from _in_place(node.op, node.right, node.left, scope)
    else:
        yield with_fields(node, left=node.right, right=node.left)


def _in_place(operator: ast.operator, changed: ast.expr, other: ast.expr, scope: Scope) -> Iterator[ast.AST]:
    """x + y → x.__iadd__(y), which arrays and tensors both know."""
    if isinstance(changed, ast.Name) and changed.id in scope.names and type(operator) in _IN_PLACE:
        method = ast.Attribute(changed, _IN_PLACE[type(operator)], ast.Load())
        yield ast.Call(method, [other], [])


def _sign(node: ast.UnaryOp, _: Scope) -> Iterator[ast.AST]:
    value = number(node)
    if value is None:
        yield node.operand
    else:
        yield from _other_numbers(value)


def _constant(node: ast.Constant, scope: Scope) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield from _other_numbers(value)
    elif value is None:
        yield ast.Constant(False)
    elif isinstance(value, str):
        at = scope.strings.index(value)
        neighbours = (*scope.strings[max(0, at - 1) : at], *scope.strings[at + 1 : at + 2])
        yield from (ast.Constant(other) for other in ("", *neighbours))


def _other_numbers(value: int | float) -> Iterator[ast.AST]:
    others = [value + 1, value - 1, -value, type(value)(0), type(value)(1)]
    if isinstance(value, float):
        others += [value * 10, value / 10]
    yield from (_expression(repr(other)) for other in others if other != value)


def _comparison(node: ast.Compare, _: Scope) -> Iterator[ast.AST]:
    for at, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            yield with_fields(node, ops=replaced(node.ops, at, other()))


def _condition(node: ast.BoolOp, _: Scope) -> Iterator[ast.AST]:
    yield with_fields(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for values in dropped(node.values):
        yield values[0] if len(values) == 1 else with_fields(node, values=values)


def _choice(node: ast.IfExp, _: Scope) -> Iterator[ast.AST]:
    yield node.body
    yield node.orelse
    yield with_fields(node, body=node.orelse, orelse=node.body)


def _call(node: ast.Call, scope: Scope) -> Iterator[ast.AST]:
    yield from _call_dropped(node, scope)
    for args in (*dropped(node.args), *swapped(node.args)):
        yield with_fields(node, args=args)
    for keywords in dropped(node.keywords):
        yield with_fields(node, keywords=keywords)
    for values in swapped([keyword.value for keyword in node.keywords]):
        pairs = zip(node.keywords, values, strict=True)
        yield with_fields(node, keywords=[with_fields(keyword, value=value) for keyword, value in pairs])
    yield from (with_fields(node, func=function) for function in _other_functions(node.func, scope))
    yield from _other_axes(node)
    if isinstance(node.func, ast.Name) and node.func.id == "range":
        for at, bound in enumerate(node.args):
            for operator in (ast.Add(), ast.Sub()):
                yield with_fields(node, args=replaced(node.args, at, ast.BinOp(bound, operator, ast.Constant(1))))


def _call_dropped(node: ast.Call, scope: Scope) -> Iterator[ast.AST]:
    """f(x) → x; x.f(y) → x, but not torch.f(x) → torch."""
    if isinstance(node.func, ast.Attribute) and _holds_values(node.func.value, scope):
        yield node.func.value
    elif node.args and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]


def _holds_values(owner: ast.expr, scope: Scope) -> bool:
    """Whether a method's owner is something that was computed: neither a module nor a part of self."""
    while isinstance(owner, ast.Attribute):
        owner = owner.value
    return not isinstance(owner, ast.Name) or (owner.id in scope.names and owner.id != "self")


def _other_functions(function: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    if isinstance(function, ast.Name):
        kin = scope.names if function.id in scope.names else scope.called
        yield from (ast.Name(other, ast.Load()) for other in kin if other not in (function.id, "self"))
    elif isinstance(function, ast.Attribute):
        yield from _other_attributes(function, scope)
        named_torch = isinstance(function.value, ast.Name) and function.value.id == "torch"
        owner = torch if named_torch else torch.Tensor if _holds_values(function.value, scope) else None
        if hasattr(owner, f"{function.attr}_"):
            yield with_fields(function, attr=f"{function.attr}_")


def _other_axes(node: ast.Call) -> Iterator[ast.AST]:
    """Every whole number that a method or function is called with may be an axis."""
    for at, argument in enumerate(node.args):
        if isinstance(number(argument), int) and isinstance(node.func, ast.Attribute):
            for axis in _AXES:
                yield with_fields(node, args=replaced(node.args, at, _expression(repr(axis))))
    for at, keyword in enumerate(node.keywords):
        if keyword.arg in _AXIS_KEYWORDS and isinstance(number(keyword.value), int):
            for axis in _AXES:
                new = with_fields(keyword, value=_expression(repr(axis)))
                yield with_fields(node, keywords=replaced(node.keywords, at, new))


def _attribute(node: ast.Attribute, scope: Scope) -> Iterator[ast.AST]:
    yield from _other_attributes(node, scope)
    if not isinstance(node.ctx, ast.Load):
        return
    if not isinstance(node.value, ast.Name):
        yield node.value
    if node.attr == "training":
        yield ast.Constant(True)
        yield ast.Constant(False)
    if node.attr == "inf":
        yield ast.Constant(1e4)  # large, until a score is larger


def _other_attributes(node: ast.Attribute, scope: Scope) -> Iterator[ast.expr]:
    others = scope.attributes.get(ast.unparse(node.value), [])
    yield from (with_fields(node, attr=other) for other in others if other != node.attr)
    if node.attr in _OPPOSITE:
        yield with_fields(node, attr=_OPPOSITE[node.attr])


def _name(node: ast.Name, scope: Scope) -> Iterator[ast.AST]:
    if node.id in scope.names and node.id != "self":
        yield from (with_fields(node, id=other) for other in scope.names if other not in (node.id, "self"))


def _items(node: ast.Tuple | ast.List, _: Scope) -> Iterator[ast.AST]:
    if isinstance(node.ctx, ast.Load):
        yield from (with_fields(node, elts=items) for items in dropped(node.elts))
    yield from (with_fields(node, elts=items) for items in swapped(node.elts))


def _mapping(node: ast.Dict, _: Scope) -> Iterator[ast.AST]:
    for keys, values in zip(dropped(node.keys), dropped(node.values), strict=True):
        yield with_fields(node, keys=keys, values=values)
    yield from (with_fields(node, values=values) for values in swapped(node.values))


def _subscript(node: ast.Subscript, _: Scope) -> Iterator[ast.AST]:
    if isinstance(node.ctx, ast.Load):
        yield node.value


def _slice(node: ast.Slice, _: Scope) -> Iterator[ast.AST]:
    for bound in ("lower", "upper", "step"):
        if getattr(node, bound) is not None:
            yield with_fields(node, **{bound: None})


def _comprehension(node: ast.comprehension, _: Scope) -> Iterator[ast.AST]:
    yield from (with_fields(node, iter=part) for part in shortened(node.iter))
    yield from (with_fields(node, ifs=conditions) for conditions in dropped(node.ifs))


def shortened(iterated: ast.expr) -> Iterator[ast.expr]:
    """The first or the last item only, all but either, and backwards."""
    text = ast.unparse(iterated)
    yield from (_expression(pattern.format(text)) for pattern in _SHORTENED)


_RULES: dict[type[ast.AST], Callable[..., Iterator[ast.AST]]] = {
    ast.BinOp: _operation,
    ast.UnaryOp: _sign,
    ast.Constant: _constant,
    ast.Compare: _comparison,
    ast.BoolOp: _condition,
    ast.IfExp: _choice,
    ast.Call: _call,
    ast.Attribute: _attribute,
    ast.Name: _name,
    ast.Tuple: _items,
    ast.List: _items,
    ast.Dict: _mapping,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.comprehension: _comprehension,
}
