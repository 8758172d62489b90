"""Pictures of what the components do: one module for each topic, drawn with matplotlib.

Every picture carries a text alternative. While a notebook is graded, every function here returns None at
once. A new topic is a module of functions decorated with ``style.picture``.
"""

from .attention import (
    attention_diagram,
    heads,
    heat_map,
    lookup_diagram,
    multi_head_diagram,
    scale_effect,
    split_diagram,
)
from .style import Picture

__all__ = [
    "Picture",
    "attention_diagram",
    "heads",
    "heat_map",
    "lookup_diagram",
    "multi_head_diagram",
    "scale_effect",
    "split_diagram",
]
