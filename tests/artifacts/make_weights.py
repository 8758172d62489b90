"""Train the weights that the audit of the exercise `train` needs, and write them beside the samples.

    python tests/artifacts/make_weights.py              the reference, and the samples with their own weights
    python tests/artifacts/make_weights.py reference    the reference only
    python tests/artifacts/make_weights.py NAME …       these samples, or variants of mistakes, only

Run it after a change of the lesson's model, of its sizes, or of the dates. The code that is trained is taken
from the lesson and from the samples. Weights are stored in half precision, to be small.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from attnkit import training
from attnkit.data import dates
from nbjudge import Course, plain_python
from safetensors.torch import load_file, save

FILE = "dates.safetensors"
COURSE = Course(Path(__file__))
EXERCISE = COURSE.exercise("train")


def namespace_of(source: str) -> dict:
    """What a solution of the exercise defines, and from the reference what it leaves as it is."""
    names: dict = {"__name__": "weights"}
    for code in (EXERCISE.setup, EXERCISE.solution, source):
        exec(plain_python(code), names)
    return names


def fit(
    names: dict, steps: int, examples: int = 20_000, seed: int = 0, batches: int | None = None, language: str = ""
) -> torch.nn.Module:
    """A model of the sizes given, trained as in the lesson; on the first batches, or on one language, if so asked."""
    torch.manual_seed(seed)
    data = dates.load(examples)
    model = names["Transformer"](len(data.source), len(data.target), **names["SIZES"], max_length=dates.MAX_LENGTH)
    if steps:
        shown = dates.batches([one for one in data.train if language in ("", one.language)])[:batches]
        training.train(model, names["training_loss"], shown, steps=steps, seed=seed)
    return model.eval()


def write(model: torch.nn.Module, folder: Path) -> None:
    """Store the weights, and say how good they are."""
    folder.mkdir(parents=True, exist_ok=True)
    halves = {name: tensor.half().contiguous() for name, tensor in model.state_dict().items()}
    (folder / FILE).write_bytes(save(halves))
    model.load_state_dict(halves)
    data = dates.load()
    names = namespace_of(EXERCISE.solution)
    answers = dates.read(model, names["greedy_decode"], [e.written for e in data.held_out])
    right = sum(a == e.iso for a, e in zip(answers, data.held_out, strict=True)) / len(answers)
    size = (folder / FILE).stat().st_size
    print(f"{folder.relative_to(COURSE.root)}: {100 * right:.1f} % of the held-out dates, {size // 1024} KiB")


def broken(model, value=torch.nan, names=""):
    """Weights after a training that has diverged; only those whose name holds `names`."""
    for name, parameter in model.named_parameters():
        if names in name:
            parameter.data.fill_(value)
    return model


# What the alternative `torch_layers` calls what the reference holds.
IN_TORCH = {
    "encoder.": "reading.stack.",
    "decoder.": "writing.stack.",
    "source_embedding.embedding": "reading.table",
    "target_embedding.embedding": "writing.table",
    "head.proj": "scores",
    "self_attention": "self_attn",
    "cross_attention": "multihead_attn",
    "feed_forward.linear_in": "linear1",
    "feed_forward.linear_out": "linear2",
}


def renamed(model: torch.nn.Module, other: torch.nn.Module) -> torch.nn.Module:
    """`other`, built of PyTorch's own layers, with the weights of the reference."""
    state = {}
    for name, value in model.state_dict().items():
        for ours, theirs in IN_TORCH.items():
            name = name.replace(ours, theirs)
        state[name] = value
    for name in [name for name in state if ".query_proj." in name]:
        sides = [state.pop(name.replace("query", side)) for side in ("query", "key", "value")]
        state[name.replace("query_proj.", "in_proj_")] = torch.cat(sides)
    other.load_state_dict(state)
    return other.eval()


# Samples and variants with weights of their own: how long they train, on how many examples, from which seed.
TRAININGS = {
    "targets_unshifted": {"steps": 150},
    "never_trained": {"steps": 0},
    "diverged": {"steps": 0},
    "hardly_trained": {"steps": 300},
    "trained_too_short": {"steps": 500},
    "few_examples_by_heart": {"steps": 600, "examples": 300},
    "another_model": {"steps": 2000},
    "targets_unshifted__both": {"steps": 120, "seed": 5},
    "targets_unshifted__rolled": {"steps": 150, "seed": 11},
    "never_trained__saved_first": {"steps": 0, "seed": 3},
    "never_trained__torch": {"steps": 0, "seed": 4},
    "diverged__infinite": {"steps": 0, "seed": 1},
    "diverged__head": {"steps": 0, "seed": 2},
    "hardly_trained__stopped": {"steps": 60, "seed": 6},
    "hardly_trained__fast": {"steps": 250, "seed": 7},
    "trained_too_short__half": {"steps": 600, "seed": 2},
    "trained_too_short__norm_first": {"steps": 700, "seed": 8},
    "few_examples_by_heart__hundred": {"steps": 300, "examples": 100, "seed": 1},
    "few_examples_by_heart__batches": {"steps": 350, "batches": 5, "seed": 2},
    "few_examples_by_heart__german": {"steps": 500, "language": "German", "seed": 9},
    "unrelated__two_ahead": {"steps": 250, "seed": 10},
    "unrelated__sees_ahead": {"steps": 250, "seed": 12},
}
BROKEN = {"diverged": {}, "diverged__infinite": {"value": torch.inf}, "diverged__head": {"names": "head"}}


def variants() -> list[Path]:
    """The mistakes as somebody else would write them."""
    folder = COURSE.root / COURSE.settings.mistakes / EXERCISE.name / "variants"
    return sorted(folder.glob("*.py"))


def main(wanted: list[str]) -> None:
    if not wanted or wanted == ["reference"]:
        write(fit(namespace_of(EXERCISE.solution), steps=1500), EXERCISE.artifacts)
    samples = [sample.path for sample in EXERCISE.mistakes + EXERCISE.alternatives]
    for path in samples + variants():
        name, folder, source = path.stem, path.with_suffix(""), path.read_text(encoding="utf-8")
        if wanted and name not in wanted:
            continue
        if name in TRAININGS:
            model = fit(namespace_of(source), **TRAININGS[name])
            if name in BROKEN:
                broken(model, **BROKEN[name])
            write(model, folder)
        if name == "torch_layers":
            reference = fit(namespace_of(EXERCISE.solution), steps=0)
            reference.load_state_dict(load_file(EXERCISE.artifacts / FILE))
            write(renamed(reference, fit(namespace_of(source), steps=0)), folder)


if __name__ == "__main__":
    main(sys.argv[1:])
