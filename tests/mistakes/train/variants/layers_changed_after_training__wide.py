SIZES = {"d_model": 64, "d_ff": 256, "num_heads": 4, "num_layers": 2, "dropout": 0.1}
