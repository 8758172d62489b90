"""The slips that a mutant is made of, in statements: for each kind of them, what may stand in its place."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from nbjudge.judging.mutants.expressions import OPERATORS, shortened
from nbjudge.judging.mutants.lists import dropped, replaced, with_fields

Statements = Sequence[ast.stmt]

_OTHER_RESULTS = ("detach", "float", "double", "squeeze")


def statements(node: ast.stmt) -> Iterator[Statements]:
    """What may stand in the place of a statement: any number of them."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield []
    rule = _RULES.get(type(node))
    if rule is not None:
        yield from rule(node)


def _if(node: ast.If) -> Iterator[Statements]:
    """Always, never, or where it should not; and without its else."""
    yield node.body
    yield node.orelse
    yield [with_fields(node, test=ast.UnaryOp(ast.Not(), node.test))]
    if node.orelse:
        yield [with_fields(node, orelse=[])]


def _for(node: ast.For) -> Iterator[Statements]:
    yield from ([with_fields(node, iter=part)] for part in shortened(node.iter))


def _while(node: ast.While) -> Iterator[Statements]:
    """Once at most."""
    yield [ast.If(node.test, node.body, [])]


def _with_block(node: ast.With) -> Iterator[Statements]:
    for items in dropped(node.items):
        yield [with_fields(node, items=items)] if items else node.body


def _definition(node: ast.FunctionDef) -> Iterator[Statements]:
    yield from ([with_fields(node, decorator_list=decorators)] for decorators in dropped(node.decorator_list))


def _class(node: ast.ClassDef) -> Iterator[Statements]:
    yield from ([with_fields(node, bases=bases)] for bases in dropped(node.bases))
    yield from ([with_fields(node, decorator_list=decorators)] for decorators in dropped(node.decorator_list))


def _return(node: ast.Return) -> Iterator[Statements]:
    """One item of several; the result without its gradient, in another precision, or without axes of length 1."""
    if node.value is None:
        return
    if not isinstance(node.value, ast.Tuple):
        yield from ([with_fields(node, value=other)] for other in _other_results(node.value))
        return
    items = node.value.elts
    yield from ([with_fields(node, value=item)] for item in items)
    for at, item in enumerate(items):
        for other in _other_results(item):
            yield [with_fields(node, value=with_fields(node.value, elts=replaced(items, at, other)))]


def _other_results(value: ast.expr) -> Iterator[ast.expr]:
    for method in _OTHER_RESULTS:
        yield ast.Call(ast.Attribute(value, method, ast.Load()), [], [])


def _raise(node: ast.Raise) -> Iterator[Statements]:
    """Another kind of error; its text is no matter of the checks."""
    call = node.exc
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
        yield [with_fields(node, exc=with_fields(call, func=ast.Name("RuntimeError", ast.Load())))]


def _augmented(node: ast.AugAssign) -> Iterator[Statements]:
    """x = y or x -= y for x += y."""
    yield [ast.Assign([node.target], node.value, lineno=node.lineno)]
    for operator in OPERATORS.get(type(node.op), ()):
        yield [with_fields(node, op=operator())]


_RULES: dict[type[ast.stmt], Callable[..., Iterator[Statements]]] = {
    ast.If: _if,
    ast.For: _for,
    ast.While: _while,
    ast.With: _with_block,
    ast.FunctionDef: _definition,
    ast.ClassDef: _class,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.AugAssign: _augmented,
}
