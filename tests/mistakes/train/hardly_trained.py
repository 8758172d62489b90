"""Your model has begun to learn how dates are written, but reads few of them yet: its training ended long before it
was done. Give it the 1500 steps of the training cell, and do not stop the cell before its end.
"""

FUNDAMENTAL = "It is a trained model that is asked for, and this one has hardly begun."

SIZES = {"d_model": 16, "num_heads": 2, "d_ff": 32, "num_layers": 1}
