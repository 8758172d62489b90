"""There are no weights beside your notebook. Run the training cell, and hand in the file dates.safetensors
that it saves together with the notebook.
"""

FUNDAMENTAL = "It is the trained weights that are asked for."

SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}
