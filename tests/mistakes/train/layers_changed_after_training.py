"""SIZES has another d_ff or num_layers than when your weights were saved. The weights can read, but your Transformer
does not take them. Put the old number back, or run the training cell again.
"""

SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 3}
