"""Data to learn from, made on the spot: nothing is downloaded.

``attnkit.data.dates`` writes dates as people in twelve languages do; ``attnkit.data.text`` is English text
that every Python carries. ``Vocabulary`` turns characters into numbers and back.
"""

from .vocabulary import Vocabulary

__all__ = ["Vocabulary"]
