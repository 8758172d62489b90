"""The file dates.safetensors beside your notebook holds no weights. Run the training cell again, and hand in the file
that it writes.
"""

FUNDAMENTAL = "It is the trained weights that are asked for."

SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}
