SIZES = {"d_model": 32, "num_heads": 2, "d_ff": 48, "num_layers": 1}
