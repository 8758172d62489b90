SIZES = {"d_model": 64, "num_heads": 8, "d_ff": 128, "num_layers": 2}
