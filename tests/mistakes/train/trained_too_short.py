"""Your model has learned a good part of it, and is still getting better: give it more steps, up to the two
minutes. Does the curve of the loss still fall where it ends?
"""

FUNDAMENTAL = "What the weights have not learned yet, they cannot read."

SIZES = {"d_model": 32, "num_heads": 4, "d_ff": 64, "num_layers": 1}
