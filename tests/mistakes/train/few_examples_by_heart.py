"""Your model knows its examples by heart, and little beyond them: it has seen too few. Train it on all of
dates.load().train, whatever the loss on a few of them says.
"""

FUNDAMENTAL = "It is dates that were never seen that are to be read."

SIZES = {"d_model": 32, "num_heads": 4, "d_ff": 64, "num_layers": 1}
