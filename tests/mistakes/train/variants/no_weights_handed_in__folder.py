SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}
