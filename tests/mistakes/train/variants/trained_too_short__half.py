SIZES = {"d_model": 32, "num_heads": 2, "d_ff": 64, "num_layers": 1}
