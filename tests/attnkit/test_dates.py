"""The dates that the Transformer learns to read."""

import torch
from attnkit.data import dates
from torch import nn


def test_one_core_reads_them():
    threads = []

    def decode(model, source, start_id, end_id, max_length):
        threads.append(torch.get_num_threads())
        return torch.full((len(source), 1), start_id)

    before = torch.get_num_threads()
    assert dates.read(nn.Linear(1, 1), decode, ["5 March 2024", "12/3/2024"]) == ["", ""]
    assert threads == [1] and torch.get_num_threads() == before
