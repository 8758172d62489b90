"""What is judged in the judge's own process, by a thread."""

from __future__ import annotations

import subprocess
import sys

ENDS = """
import threading

import torch
from nbjudge import InProcess

at_work = threading.Event()


def forever():
    square = torch.ones(8, 8)
    while True:
        square = torch.sign(square @ square)
        at_work.set()


connection = InProcess(forever).connect()
connection.hello()
connection.tell("call", target=0, args={"tuple": []}, kwargs={"dict": []}, grad=True)
assert at_work.wait(600)
"""


def test_a_process_ends_in_peace_while_an_answer_is_at_work():
    done = subprocess.run([sys.executable, "-c", ENDS], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
