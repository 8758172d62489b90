"""SIZES has another num_heads than when your weights were trained. They fit all the same, since the heads share what is
there, but they mean something else. Put the old number back, or run the training cell again.
"""

FUNDAMENTAL = "The weights read little with another number of heads."

SIZES = {"d_model": 64, "num_heads": 1, "d_ff": 128, "num_layers": 2}
