def load_gpt2_weights(decoder, state):
    p = "transformer." if any(k.startswith("transformer.") for k in state) else ""
    with torch.no_grad():
        for i in range(len(decoder.layers)):
            layer, root = decoder.layers[i], f"{p}h.{0}"
            for name, ours in (("ln_1", "norm1"), ("ln_2", "norm2")):
                norm = getattr(layer, ours)
                norm.weight.copy_(state[f"{root}.{name}.weight"])
                norm.bias.copy_(state[f"{root}.{name}.bias"])
            w, b = state[f"{root}.attn.c_attn.weight"], state[f"{root}.attn.c_attn.bias"]
            for part, piece, offset in zip(("query_proj", "key_proj", "value_proj"), w.chunk(3, dim=1), b.chunk(3)):
                linear = getattr(layer.self_attention, part)
                linear.weight.copy_(piece.T)
                linear.bias.copy_(offset)
            plain = {
                "attn.c_proj": layer.self_attention.out_proj,
                "mlp.c_fc": layer.feed_forward.linear_in,
                "mlp.c_proj": layer.feed_forward.linear_out,
            }
            for name, linear in plain.items():
                w = state[f"{root}.{name}.weight"]
                linear.weight.copy_(w.T)
                linear.bias.copy_(state[f"{root}.{name}.bias"])
        decoder.final_norm.weight.copy_(state[f"{p}ln_f.weight"])
        decoder.final_norm.bias.copy_(state[f"{p}ln_f.bias"])
