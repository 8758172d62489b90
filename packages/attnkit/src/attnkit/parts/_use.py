"""Components from a learner's own notebooks, in the place of the given ones.

``use("../02_multi_head_attention/02_multi_head_attention.ipynb")`` takes every component out of the solution
cells of that notebook, tries it, and puts it into ``attnkit.parts``, where everything built from then on
finds it. ``give_back()`` puts the given ones back.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from .._execution import grading

PARTS = __name__.rpartition(".")[0]  # not imported: this module is a part of it
TOLERANCE = 1e-4
Component = Callable[..., Any]  # a function, or a class of modules
_replaced: dict[str, Replaced] = {}  # by the name of the component


class Replaced(NamedTuple):
    """A given component that another stands in for, and the notebook that the other comes from."""

    given: Component
    notebook: str


class DoesNotFit(ValueError):
    """A component of a notebook is not what the interface asks for; the message says which, and why."""


def use(path: str | Path) -> list[str]:
    """Put the components of a notebook in the place of the given ones, and return their names.

    Each is tried against its interface: its arguments, the names and shapes of its parameters and, with the
    weights of the given one, its results. An exercise that is not done yet is left out. What is built afterwards
    is built from them; what was built before stays as it is.
    Raises DoesNotFit, with file, component and reason, where one does not fit; then nothing is changed.
    While a notebook is graded, nothing happens.
    """
    if grading():
        return []
    path = Path(path)
    try:
        own, unfinished = _fitting(_components(path))
    except DoesNotFit as reason:
        raise DoesNotFit(f"{path.name}: {reason}. Nothing was changed. {_present()}") from None
    for name, component in own.items():
        _replaced[name] = Replaced(_given(name), path.name)
        _put(name, component)
    if own:
        print(f"{path.name}: yours from now on: {', '.join(own)}.")
    if unfinished:
        print(f"{path.name}: not done yet: {', '.join(unfinished)}. {_present()}")
    if not own and not unfinished:
        print(f"{path.name}: there is no component in it that could be used. {_present()}")
    return list(own)


def give_back() -> None:
    """Put the given components back in their places."""
    for name, (given, _) in _replaced.items():
        _put(name, given)
    _replaced.clear()


def _given(name: str) -> Component:
    return _replaced[name].given if name in _replaced else _bound(name)


def _bound(name: str) -> Component:
    """What the parts hold under a name now."""
    component: Component = getattr(sys.modules[PARTS], name)
    return component


def _present() -> str:
    """Whose components are in use."""
    if not _replaced:
        return "All components are the given ones."
    own = ", ".join(f"{name} from {notebook}" for name, (_, notebook) in _replaced.items())
    return f"Yours at present: {own}. All others are the given ones."


def _fitting(components: dict[str, Component]) -> tuple[dict[str, Component], list[str]]:
    """The components that fit, and the names of those that are not done yet."""
    own, unfinished = {}, []
    for name, component in components.items():
        try:
            _try(TRIALS[name], component, _given(name))
        except NotImplementedError:
            unfinished.append(name)
        except DoesNotFit as reason:
            raise DoesNotFit(f"{name} does not fit: {reason}") from None
        else:
            own[name] = component
    return own, unfinished


def _put(name: str, component: Component) -> None:
    """Bind ``component`` wherever the modules of the parts hold what is called ``name`` now."""
    present = _bound(name)
    for module_name, module in list(sys.modules.items()):
        if module_name == PARTS or module_name.startswith(f"{PARTS}."):
            for key, value in list(vars(module).items()):
                if value is present:
                    setattr(module, key, component)


# -- reading a notebook -------------------------------------------------------------------------------------


def _components(path: Path) -> dict[str, Component]:
    """What the notebook defines under the name of a component."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except FileNotFoundError:
        raise DoesNotFit(f"there is no notebook {path}, seen from {Path.cwd()}") from None
    except IsADirectoryError:
        raise DoesNotFit("this is a folder, and no notebook") from None
    except (ValueError, KeyError, TypeError):
        raise DoesNotFit("this is no notebook") from None
    namespace: dict[str, Any] = {"__name__": f"notebook_{path.stem}"}
    for cell in cells:
        if cell.get("cell_type") == "code":
            _run(cell, namespace, path)
    found = {name: namespace[name] for name in TRIALS if name in namespace}
    return {name: value for name, value in found.items() if getattr(value, "__module__", None) == namespace["__name__"]}


def _run(cell: dict[str, Any], namespace: dict[str, Any], path: Path) -> None:
    """Run a solution cell; of other cells only imports and definitions, and of a grading cell nothing."""
    about = cell.get("metadata", {}).get("nbgrader", {})
    source = "".join(cell["source"])
    if about.get("grade") and not about.get("solution"):
        return
    plain = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
    try:
        tree = ast.parse(plain)
        if not about.get("solution"):
            kinds = ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef
            tree.body = [node for node in tree.body if isinstance(node, kinds)]
        exec(compile(tree, f"<{path.name}>", "exec"), namespace)
    except NotImplementedError:
        return
    except Exception as error:
        if about.get("solution"):
            name = about.get("grade_id", "solution")
            raise DoesNotFit(f"the cell {name} cannot be run: {type(error).__name__}: {error}") from None


# -- trying a component -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """How a component is tried: what a class is made with, and calls of the function or of what was made."""

    calls: tuple[Callable[[Any], object], ...]
    make: tuple[dict[str, Any], ...] = ()
    own_names: bool = False  # the interface does not name the attributes, so that no weights are exchanged


def _try(trial: Trial, own: Component, given: Component) -> None:
    """Raise DoesNotFit unless ``own`` does what ``given`` does."""
    _same_arguments(own, given, "its constructor" if trial.make else "it")
    if not trial.make:
        _same_results(trial, own, given, "")
    for arguments in trial.make:
        said = ", ".join(f"{name}={value!r}" for name, value in arguments.items() if not callable(value))
        made, model = _call(partial(own, **arguments), "making it"), given(**arguments)
        if not isinstance(made, nn.Module):
            raise DoesNotFit("it is no nn.Module")
        if not trial.own_names:
            _same_weights(made, model)
        _same_arguments(made.forward, model.forward, "its forward")
        _same_results(trial, made.eval(), model.eval(), f" for {said}" if said else "")


def _same_arguments(own: Component, given: Component, what: str) -> None:
    theirs, wanted = _arguments(own), _arguments(given)
    for (name, default), found in zip(wanted.items(), [*theirs, *[None] * len(wanted)], strict=False):
        if name != found:
            raise DoesNotFit(f"{what} takes ({', '.join(theirs)}), and not ({', '.join(wanted)})")
        if default is not inspect.Parameter.empty and theirs[name] != default:
            raise DoesNotFit(f"in {what}, the default of {name} is not {default!r}")
    more = [name for name in theirs if name not in wanted and theirs[name] is inspect.Parameter.empty]
    if more:
        raise DoesNotFit(f"{what} needs more arguments: {', '.join(more)}")


def _arguments(function: Component) -> dict[str, object]:
    """The named arguments, each with its default."""
    named = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in named if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


def _same_weights(own: nn.Module, given: nn.Module) -> None:
    """Give both the same random weights, if their names and shapes are the same."""
    state = given.state_dict()
    names = {_usual(name, state): name for name in dict(own.named_parameters(remove_duplicate=False))}
    for name, tensor in state.items():
        if name not in names:
            raise DoesNotFit(f"it has no parameter {name} of shape {tuple(tensor.shape)}")
        found = own.get_parameter(names[name])
        if found.shape != tensor.shape:
            shapes = f"shape {tuple(found.shape)}, and not {tuple(tensor.shape)}"
            raise DoesNotFit(f"its parameter {names[name]} has {shapes}")
    more = sorted(names.keys() - state.keys())
    if more:
        raise DoesNotFit(f"it has a parameter too many: {names[more[0]]}")
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name in state:
            value = 0.4 * torch.randn(state[name].shape, generator=generator) + ("norm" in name)
            own.get_parameter(names[name]).copy_(value)
            given.get_parameter(name).copy_(value)


def _usual(name: str, state: Mapping[str, Tensor]) -> str:
    """A parameter's name; a norm of lesson 04 calls its gain and bias gamma and beta."""
    usual = name.replace("gamma", "weight").replace("beta", "bias")
    return name if name in state else usual


def _same_results(trial: Trial, own: Component, given: Component, where: str) -> None:
    for call in trial.calls:
        wanted = _items(call(given))
        seen = _items(_call(partial(call, own), "calling it"))
        if len(seen) != len(wanted):
            raise DoesNotFit(f"it returns {len(seen)} results{where}, and not {len(wanted)}")
        for number, (found, right) in enumerate(zip(seen, wanted, strict=True)):
            result = f"result {number + 1}" if len(wanted) > 1 else "its result"
            _same_array(found, right, result + where)


def _same_array(found: object, right: object, result: str) -> None:
    kind = Tensor if isinstance(right, Tensor) else np.ndarray if isinstance(right, np.ndarray) else float
    if not isinstance(found, kind):
        raise DoesNotFit(f"{result} is a {type(found).__name__}, and not a {kind.__name__}")
    found, right = torch.as_tensor(found), torch.as_tensor(right)
    if found.shape != right.shape or found.dtype != right.dtype:
        seen, wanted = (f"{str(x.dtype).removeprefix('torch.')} {tuple(x.shape)}" for x in (found, right))
        raise DoesNotFit(f"{result} is {seen}, and not {wanted}")
    gap = (found.detach().double() - right.detach().double()).abs().max().item()
    if not gap <= TOLERANCE:
        raise DoesNotFit(f"{result} differs from that of the given one, by up to {gap:.2g}")


def _items(result: object) -> tuple[object, ...]:
    return result if isinstance(result, tuple) else (result,)


def _call(call: Callable[[], object], doing: str) -> object:
    try:
        return call()
    except NotImplementedError:
        raise
    except Exception as error:
        raise DoesNotFit(f"{doing} raised {type(error).__name__}: {error}") from None


def _random(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


# Small and unequal sizes, and masks with a row that allows nothing.
_B, _LQ, _LK, _D, _H, _F = 2, 5, 7, 12, 3, 20
_X, _MEMORY = _random(_B, _LQ, _D), _random(_B, _LK, _D)
_SELF_MASK = torch.ones(_LQ, _LQ, dtype=torch.bool).tril() & (torch.arange(_LQ) != 0)
_MEMORY_MASK = torch.tensor([[True] * 4 + [False] * 3, [False, True] * 3 + [True]])[:, None]
_REAL = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])[:, None]
_TOKENS = torch.tensor([[4, 2, 9, 1, 3], [6, 2, 5, 0, 0]])
_ARRAY = _random(3, 6).double().numpy()
_SUBLAYER = nn.Linear(_D, _D)
_LINEAR = {"in_features": _D, "out_features": 4}
_MADE = {"d_model": _D, "num_heads": _H}
_LAYER = {**_MADE, "d_ff": _F}
_LAYERS = (_LAYER, {**_LAYER, "norm_first": True, "activation": "gelu"})
_STACKS = tuple({"num_layers": 2, **layer} for layer in _LAYERS)
_ALONE = {"cross_attention": False}  # a decoder without an encoder


def _decode(module: nn.Module, self_mask: Tensor | None = None, memory_mask: Tensor | None = None) -> object:
    """Call a decoder, with memory if it has cross-attention."""
    if any("cross_attention" in name for name, _ in module.named_parameters()):
        return module(_X, _MEMORY, self_mask=self_mask, memory_mask=memory_mask)
    return module(_X, self_mask=self_mask)


def _decode_masked(module: nn.Module) -> object:
    return _decode(module, _SELF_MASK, _MEMORY_MASK)


TRIALS = {
    "soft_lookup": Trial((lambda f: f(_ARRAY[0, :4], _ARRAY[:, :4], _ARRAY[:, 4:]),)),
    "attention_scores": Trial((lambda f: f(_X, _MEMORY),)),
    "attention_weights": Trial((lambda f: f(_X), lambda f: f(_X[..., :5], _SELF_MASK))),
    "scaled_dot_product_attention": Trial(
        (lambda f: f(_X, _MEMORY, _MEMORY[..., :4]), lambda f: f(_X, _X, _X, _SELF_MASK))
    ),
    "split_heads": Trial((lambda f: f(_X, _H),)),
    "merge_heads": Trial((lambda f: f(_random(_B, _H, _LQ, 4)),)),
    "MultiHeadAttention": Trial(
        (lambda m: m(_X, _MEMORY, _MEMORY, _MEMORY_MASK), lambda m: m(_X, _X, _X, mask=_SELF_MASK)), (_MADE,)
    ),
    "Residual": Trial((lambda m: m(_X),), ({"sublayer": _SUBLAYER}, {"sublayer": nn.Tanh()}), own_names=True),
    "layer_norm": Trial((lambda f: f(_X, _X[0, 0], _X[0, 1]), lambda f: f(_X, _X[0, 0], _X[0, 1], 0.1))),
    "LayerNorm": Trial((lambda m: m(_X),), ({"d_model": _D}, {"d_model": _D, "eps": 0.1})),
    "AddAndNorm": Trial((lambda m: m(_X, torch.tanh),), ({"d_model": _D}, {"d_model": _D, "norm_first": True})),
    "gelu": Trial((lambda f: f(_X),)),
    "FeedForward": Trial(
        (lambda m: m(_X),),
        ({"d_model": _D, "d_ff": _F}, {"d_model": _D, "d_ff": _F, "activation": "gelu"}),
    ),
    "EncoderLayer": Trial((lambda m: m(_X), lambda m: m(_X, _REAL)), _LAYERS),
    "Encoder": Trial((lambda m: m(_X), lambda m: m(_X, mask=_REAL)), _STACKS),
    "causal_mask": Trial((lambda f: f(_LQ), lambda f: f(1))),
    "padding_mask": Trial((lambda f: f(_TOKENS), lambda f: f(_TOKENS, 2))),
    "decoder_mask": Trial((lambda f: f(_TOKENS), lambda f: f(_TOKENS, pad_id=2))),
    "MaskedSelfAttention": Trial((lambda m: m(_X), lambda m: m(_X, _REAL)), (_MADE,)),
    "CrossAttention": Trial((lambda m: m(_X, _MEMORY), lambda m: m(_X, _MEMORY, _MEMORY_MASK)), (_MADE,)),
    "alignment": Trial((lambda f: f(_random(_B, _H, _LQ, _LK).softmax(-1)),)),
    "DecoderLayer": Trial((_decode_masked, _decode), (*_LAYERS, {**_LAYER, **_ALONE})),
    "Decoder": Trial((_decode_masked, _decode), (*_STACKS, {**_STACKS[1], **_ALONE})),
    "Linear": Trial((lambda m: m(_X),), (_LINEAR, {**_LINEAR, "bias": False})),
    "softmax": Trial((lambda f: f(_ARRAY), lambda f: f(_ARRAY, axis=0, temperature=0.5))),
    "log_softmax": Trial((lambda f: f(_ARRAY), lambda f: f(_ARRAY, axis=0))),
    "OutputHead": Trial(
        (lambda m: m.logits(_X), lambda m: m(_X), lambda m: m(_X, temperature=2.0)),
        ({"d_model": _D, "vocab_size": 9},),
    ),
}
