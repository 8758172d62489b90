"""What a judge in another process cannot know: how a result came about. These attacks gain, and how much is stated.

The judge compares arrays, and for those it believes nobody. But that the input stayed as it was, or that a function
was not called, is seen only by the learner's process, and its owner can make it say so. Whoever goes to this length
gains the points of those checks and no other: values are compared as ever.
"""

from __future__ import annotations

from .attack import Attack
from .verdict import CALLS_SOFTMAX

IN_PLACE = "def double(x):\n    x *= 2\n    return x\n"

ATTACKS = [
    Attack(
        "denies_changes",
        "A11",
        "changes its input in place, and has the server deny it",
        {
            "double": IN_PLACE
            + """
import nbjudge.conversation.inside.serve

nbjudge.conversation.inside.serve._differs = lambda now, before: False
"""
        },
        {"double": IN_PLACE},
    ),
    Attack(
        "blinds_the_watch",
        "own",
        "calls what is forbidden, and has replaced the server's watch",
        {
            "shares": """
import contextlib, nbjudge.conversation.inside.serve

nbjudge.conversation.inside.serve.Watch = lambda *args: contextlib.nullcontext()

def shares(x):
    return getattr(torch, "soft" + "max")(x, -1)
"""
        },
        {"shares": CALLS_SOFTMAX},
    ),
    Attack(
        "waiting_thread",
        "own",
        "calls what is forbidden in a thread that has waited since its cell",
        {
            "shares": """
import queue, threading

asked, answered = queue.Queue(), queue.Queue()

def work():
    while True:
        answered.put(getattr(torch, "soft" + "max")(asked.get(), -1))

threading.Thread(target=work, daemon=True).start()

def shares(x):
    asked.put(x)
    return answered.get()
"""
        },
        {"shares": CALLS_SOFTMAX},
    ),
]
MOST = {"denies_changes": ("double", 1.0), "blinds_the_watch": ("shares", 1.0), "waiting_thread": ("shares", 1.0)}
"""Attack → the exercise, and the points of the check that rests on the process's own word."""
