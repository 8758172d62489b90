SIZES = {"d_model": 24, "num_heads": 3, "d_ff": 64, "num_layers": 2}
