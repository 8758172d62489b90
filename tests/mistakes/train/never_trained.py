"""Your weights answer like those of a new model, before any training. Was the file saved before the
training cell had run, or a model other than the trained one?
"""

FUNDAMENTAL = "It is a trained model that is asked for."

SIZES = {"d_model": 16, "num_heads": 2, "d_ff": 16, "num_layers": 1}
