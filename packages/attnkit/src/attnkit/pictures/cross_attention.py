"""Lesson 08: who asks and who answers, and which source word each target word looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._threads import one_thread
from .style import (
    INK,
    KEY,
    OPERATION,
    QUERY,
    RED,
    VALUE,
    WEIGHT,
    Board,
    cells,
    new_figure,
    of_shape,
    picture,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from matplotlib.figure import Figure
    from torch import Tensor, nn

_DETERMINERS = {"le": "the", "un": "a", "ce": "this"}
_BEFORE = {"petit": "small", "vieux": "old", "grand": "big", "gentil": "kind"}
_AFTER = {"noir": "black", "blanc": "white", "gris": "grey", "brun": "brown"}
_NOUNS = {"chat": "cat", "chien": "dog", "lapin": "rabbit", "cheval": "horse", "renard": "fox"}
_VERBS = {"dort": "sleep", "mange": "eat", "court": "run", "joue": "play", "rêve": "dream"}
_OFTEN = {"souvent": "often", "toujours": "always", "rarement": "rarely"}
_PLACES = {"ici": "here", "dehors": "outside", "demain": "tomorrow"}
PAD = "pad"

# A sentence: French words, English words, and for each English word the French ones that it may look at.
Sentence = tuple[list[str], list[str], list[set[int]]]


@picture
def diagram() -> tuple[Figure, str]:
    """Queries from one sequence, keys and values from another."""
    board = Board(14.6, 5.6, inches=10.5)
    board.label(1.5, 5.2, "the sentence being written", fontsize=10)
    board.box(1.5, 4.3, "$x$", QUERY, width=2.2)
    board.label(1.5, 3.65, "$(B, L_q, D)$")
    board.label(1.5, 2.5, "the sentence that was read", fontsize=10)
    board.box(1.5, 1.6, "memory", KEY, width=2.2)
    board.label(1.5, 0.95, "$(B, L_k, D)$")
    for y, name, colour in ((4.3, "query", QUERY), (2.3, "key", KEY), (0.9, "value", VALUE)):
        board.box(5.3, y, name, colour, width=1.6)
    board.arrow((2.6, 4.3), (4.5, 4.3), colour=QUERY)
    board.arrow((2.6, 1.75), (3.5, 1.75), (3.5, 2.3), (4.5, 2.3), colour=KEY)
    board.arrow((2.6, 1.45), (3.5, 1.45), (3.5, 0.9), (4.5, 0.9), colour=VALUE)
    board.box(8.7, 2.6, "multi-head\nattention", WEIGHT, width=2.6, height=4.2)
    for y, colour in ((4.3, QUERY), (2.3, KEY), (0.9, VALUE)):
        board.arrow((6.1, y), (7.4, y), colour=colour)
    board.box(12.9, 3.6, "output", OPERATION, width=1.8)
    board.label(12.9, 2.95, "$(B, L_q, D)$")
    board.box(12.9, 1.6, "weights", WEIGHT, width=1.8)
    board.label(12.9, 0.95, "$(B, H, L_q, L_k)$")
    board.arrow((10.0, 3.6), (12.0, 3.6))
    board.arrow((10.0, 1.6), (12.0, 1.6), colour=WEIGHT)
    alt = """Data flow of cross-attention. The sentence being written, x, of shape (B, L_q, D), gives the
    query. The sentence that was read, the memory, of shape (B, L_k, D), gives both the key and the value. The
    three go into multi-head attention, which gives the output of shape (B, L_q, D), as long as x, and the
    weights of shape (B, H, L_q, L_k)."""
    return board.figure, alt


@picture
def before_and_after(layer_class: Callable[[int, int], nn.Module]) -> tuple[Figure, str]:
    """The weights of the layer given, averaged over its heads, before and after it has learned from sentences."""
    import torch

    french, english, _ = _held_out()[0]
    filled = [*french, PAD, PAD]
    maps = []
    for steps in (0, _STEPS):
        model = _Translator(layer_class)
        _train(model, steps)
        with torch.no_grad():
            weights = model.look([filled], [english])[1]
        shape = 1, _HEADS, len(english), len(filled)
        maps.append(of_shape(weights, shape, "for its weights, the layer")[0].mean(axis=0))
    figure = new_figure(10.5, 4.4)
    panels = figure.subplots(1, 2)
    for axes, table, title in zip(panels, maps, ("before training", "after training"), strict=True):
        image = cells(axes, table, 0.0, 1.0)
        axes.set_xticks(range(len(filled)), filled, rotation=40, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(len(english)), english)
        axes.set(title=title, xlabel="source word (key)")
    panels[0].set_ylabel("target word (query)")
    figure.colorbar(image, ax=panels, label="weight, mean of the heads").outline.set_visible(False)
    looks = ", ".join(
        f"“{word}” at “{filled[row.argmax()]}” ({row.max():.2f})" for word, row in zip(english, maps[1], strict=True)
    )
    alt = f"""Weights from each word of “{" ".join(english)}” to each word of “{" ".join(french)}” and two
    columns of padding. Before training the largest weight is {maps[0].max():.2f}, and no word stands out.
    After training each word looks most here: {looks}. The largest weight on padding is
    {max(table[:, -2:].max() for table in maps):.2g}."""
    return figure, alt


@picture
def links(layer_class: Callable[[int, int], nn.Module], alignment: Callable[[Tensor], Tensor]) -> tuple[Figure, str]:
    """The alignment of new sentences, by the layer and the function given, as links between the words."""
    import torch

    model = _Translator(layer_class)
    _train(model, _STEPS)
    sentences = _held_out()
    french, english = [words for words, _, _ in sentences], [words for _, words, _ in sentences]
    with torch.no_grad():
        found = alignment(model.look(french, english)[1])
    places = of_shape(found, (len(sentences), max(map(len, english))), "alignment").astype(int)
    right = [
        int(row[i] in allowed)
        for row, (_, _, links) in zip(places, sentences, strict=True)
        for i, allowed in enumerate(links)
    ]
    board = Board(14.6, 6.6, inches=10.5)
    share = f"{sum(right)} of {len(right)} words in {len(sentences)} new sentences look at a word that they translate"
    board.label(7.3, 6.25, share, fontsize=11)
    said = []
    for number, bottom in ((0, 3.3), (1, 0.2)):
        _draw_links(board, bottom, sentences[number], places[number])
        words, target, _ = sentences[number]
        pairs = [
            f"{w} → {words[j] if 0 <= j < len(words) else PAD}" for w, j in zip(target, places[number], strict=False)
        ]
        said.append(f"“{' '.join(target)}”: {', '.join(pairs)}.")
    return (
        board.figure,
        f"Two sentences with a link from each English word to the French word it looks at. {' '.join(said)} {share}.",
    )


def _draw_links(board: Board, bottom: float, sentence: Sentence, found: np.ndarray) -> None:
    source, target, allowed = sentence
    places = []
    for words, y, colour in ((source, bottom + 2.2, KEY), (target, bottom + 0.4, QUERY)):
        step = 13.4 / max(len(source), len(target))
        start = 7.6 - step * (len(words) - 1) / 2
        places.append([start + step * i for i in range(len(words))])
        for x, word in zip(places[-1], words, strict=True):
            board.box(x, y, word, colour, width=min(1.45, step - 0.15), height=0.6)
    for i, j in enumerate(found[: len(target)]):
        if not 0 <= j < len(source):
            continue
        good = j in allowed[i]
        board.axes.plot(
            [places[1][i], places[0][j]],
            [bottom + 0.7, bottom + 1.9],
            color=INK if good else RED,
            linestyle="-" if good else "--",
            linewidth=2,
            zorder=1,
        )


_FEATURES, _HEADS, _STEPS = 32, 2, 250


def _sentence(random: Random) -> Sentence:
    """A French sentence, its translation, and which French words each English word translates."""
    source: list[str] = []
    target: list[tuple[str, set[str]]] = []

    def pick(words: dict[str, str]) -> tuple[str, str]:
        return random.choice(list(words.items()))

    determiner, noun, verb = pick(_DETERMINERS), pick(_NOUNS), pick(_VERBS)
    source.append(determiner[0])
    target.append((determiner[1], {determiner[0]}))
    if random.random() < 0.6:
        adjective = pick(_BEFORE)
        source.append(adjective[0])
        target.append((adjective[1], {adjective[0]}))
    source.append(noun[0])
    if random.random() < 0.7:
        adjective = pick(_AFTER)
        source.append(adjective[0])
        target.append((adjective[1], {adjective[0]}))
    target.append((noun[1], {noun[0]}))
    if random.random() < 0.4:
        source += ["ne", verb[0], "pas"]
        target += [("does", {"ne", "pas"}), ("not", {"ne", "pas"}), (verb[1], {verb[0]})]
    else:
        source.append(verb[0])
        if random.random() < 0.6:
            adverb = pick(_OFTEN)
            source.append(adverb[0])
            target.append((adverb[1], {adverb[0]}))
        target.append((verb[1] + "s", {verb[0]}))
    if random.random() < 0.5:
        place = pick(_PLACES)
        source.append(place[0])
        target.append((place[1], {place[0]}))
    return source, [word for word, _ in target], [{source.index(word) for word in words} for _, words in target]


_SHOWN = (
    (
        "le petit chat noir dort souvent ici",
        "the small black cat often sleeps here",
        (0, 1, 3, 2, 5, 4, 6),
    ),
    ("ce cheval blanc ne mange pas demain", "this white horse does not eat tomorrow", (0, 2, 1, 35, 35, 4, 6)),
)


def _held_out() -> list[Sentence]:
    """200 sentences that are never trained on, the two that are shown first."""
    from random import Random

    shown = [
        (source.split(), target.split(), [{int(digit) for digit in str(link)} for link in links])
        for source, target, links in _SHOWN
    ]
    random, found = Random(1), {" ".join(source): (source, target, links) for source, target, links in shown}
    while len(found) < 200:
        sentence = _sentence(random)
        found.setdefault(" ".join(sentence[0]), sentence)
    return list(found.values())


def _vocabulary(*groups: dict[str, str]) -> tuple[dict[str, int], dict[str, int]]:
    french = [PAD, "ne", "pas", *(word for group in groups for word in group)]
    english = [PAD, "does", "not", *(word for group in groups for word in group.values())]
    english += [f"{verb}s" for verb in _VERBS.values()]
    return {word: i for i, word in enumerate(french)}, {word: i for i, word in enumerate(english)}


_FRENCH, _ENGLISH = _vocabulary(_DETERMINERS, _BEFORE, _AFTER, _NOUNS, _VERBS, _OFTEN, _PLACES)


def _ids(sentences: list[list[str]], vocabulary: dict[str, int]) -> Tensor:
    import torch

    longest = max(map(len, sentences))
    return torch.tensor([[vocabulary[w] for w in words] + [0] * (longest - len(words)) for words in sentences])


class _Translator:
    """Word vectors, the layer given, and a guess of each target word from what the layer took from the source.

    The query knows its word, yet only the memory reaches the output: to say the word, the layer must look at
    the source word that gives it away.
    """

    def __init__(self, layer_class: Callable[[int, int], nn.Module]) -> None:
        import torch
        from torch import nn

        with torch.random.fork_rng():
            torch.manual_seed(8)
            self.source = nn.Embedding(len(_FRENCH), _FEATURES)
            self.target = nn.Embedding(len(_ENGLISH), _FEATURES)
            self.layer = layer_class(_FEATURES, _HEADS)
            self.guess = nn.Linear(_FEATURES, len(_ENGLISH))
        self.modules = self.source, self.target, self.layer, self.guess

    def look(self, french: list[list[str]], english: list[list[str]]) -> tuple[Tensor, Tensor]:
        """What the layer gives for sentences: the output and the weights."""
        source = _ids(french, _FRENCH)
        queries, memory = self.target(_ids(english, _ENGLISH)), self.source(source)
        result: tuple[Tensor, Tensor] = self.layer(queries, memory, (source != 0)[:, None])
        return result


@one_thread()
def _train(model: _Translator, steps: int) -> None:
    """Let the model learn from pairs of sentences."""
    from random import Random

    import torch
    from torch.nn.functional import cross_entropy

    random, held_out = Random(2), {" ".join(source) for source, _, _ in _held_out()}
    optimizer = torch.optim.Adam([p for module in model.modules for p in module.parameters()], lr=1e-2)
    for _ in range(steps):
        pairs = [s for s in (_sentence(random) for _ in range(64)) if " ".join(s[0]) not in held_out]
        english = [target for _, target, _ in pairs]
        guesses = model.guess(model.look([source for source, _, _ in pairs], english)[0])
        loss = cross_entropy(guesses.flatten(0, 1), _ids(english, _ENGLISH).flatten(), ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
