SIZES = {"d_model": 32, "num_heads": 4, "d_ff": 32, "num_layers": 1}
