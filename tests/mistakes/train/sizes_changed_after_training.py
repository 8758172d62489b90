"""Your weights were trained with other SIZES than those in the notebook. Put the old ones back, or run the
training cell again.
"""

FUNDAMENTAL = "The weights fit no model of these sizes."

SIZES = {"d_model": 48, "num_heads": 4, "d_ff": 128, "num_layers": 2}
