"""Your weights are not numbers any more: the training has diverged, and its loss was NaN. A lower
learning_rate, or the warm-up that training.train has, prevents that.
"""

FUNDAMENTAL = "Weights that are not numbers answer nothing."

SIZES = {"d_model": 16, "num_heads": 2, "d_ff": 16, "num_layers": 1}
