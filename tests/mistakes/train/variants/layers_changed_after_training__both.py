SIZES = dict(num_layers=4, d_model=64, num_heads=4, d_ff=200)
