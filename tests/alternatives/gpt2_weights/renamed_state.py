"""A renamed copy of the checkpoint, handed to a strict load_state_dict, which copies."""


def load_gpt2_weights(decoder, state):
    table = {
        "ln_1": "norm1",
        "ln_2": "norm2",
        "attn.c_proj": "self_attention.out_proj",
        "mlp.c_fc": "feed_forward.linear_in",
        "mlp.c_proj": "feed_forward.linear_out",
    }
    renamed = {}
    for full, tensor in state.items():
        name = full.removeprefix("transformer.")
        if name.startswith("ln_f."):
            renamed[name.replace("ln_f", "final_norm")] = tensor
        if not name.startswith("h."):
            continue
        _, number, rest = name.split(".", 2)
        module, _, kind = rest.rpartition(".")
        if module == "attn.c_attn":
            d = tensor.shape[-1] // 3
            for position, projection in enumerate(("query_proj", "key_proj", "value_proj")):
                piece = tensor[..., position * d : (position + 1) * d]
                target = f"layers.{number}.self_attention.{projection}.{kind}"
                renamed[target] = piece.t() if kind == "weight" else piece
        elif module in table:
            renamed[f"layers.{number}.{table[module]}.{kind}"] = tensor.t()
    decoder.load_state_dict(renamed)
