"""One load_state_dict for each module, from a lookup that knows both prefixes."""


def load_gpt2_weights(decoder, state):
    def look_up(name):
        return state[name] if name in state else state[f"transformer.{name}"]

    def load(module, name, part=slice(None)):
        weight, bias = look_up(f"{name}.weight"), look_up(f"{name}.bias")
        weight = weight[part] if weight.ndim == 1 else weight.transpose(0, 1)[part]
        module.load_state_dict({"weight": weight, "bias": bias[part]})

    for number in range(len(decoder.layers)):
        layer = decoder.layers[number]
        d = layer.self_attention.out_proj.out_features
        for name, start in (("query_proj", 0), ("key_proj", d), ("value_proj", 2 * d)):
            load(getattr(layer.self_attention, name), f"h.{number}.attn.c_attn", slice(start, start + d))
        load(layer.self_attention.out_proj, f"h.{number}.attn.c_proj")
        load(layer.feed_forward.linear_in, f"h.{number}.mlp.c_fc")
        load(layer.feed_forward.linear_out, f"h.{number}.mlp.c_proj")
        load(layer.norm1, f"h.{number}.ln_1")
        load(layer.norm2, f"h.{number}.ln_2")
    load(decoder.final_norm, "ln_f")
