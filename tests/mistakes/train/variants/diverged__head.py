SIZES = {"d_model": 24, "num_heads": 2, "d_ff": 24, "num_layers": 1, "dropout": 0.1}
