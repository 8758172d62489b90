"""Some of your square matrices are the wrong way round. GPT-2 stores every matrix as (in, out): turn
c_proj round as well, although its shape would fit as it is.
"""


def load_gpt2_weights(decoder, state):
    prefix = "transformer." if any(name.startswith("transformer.") for name in state) else ""
    with torch.no_grad():
        for number, layer in enumerate(decoder.layers):
            block = f"{prefix}h.{number}."
            attention, network = layer.self_attention, layer.feed_forward
            projections = [attention.query_proj, attention.key_proj, attention.value_proj]
            weights = state[block + "attn.c_attn.weight"].chunk(3, dim=1)
            biases = state[block + "attn.c_attn.bias"].chunk(3)
            for projection, weight, bias in zip(projections, weights, biases):
                projection.weight.copy_(weight.T)
                projection.bias.copy_(bias)
            attention.out_proj.weight.copy_(state[block + "attn.c_proj.weight"])
            attention.out_proj.bias.copy_(state[block + "attn.c_proj.bias"])
            network.linear_in.weight.copy_(state[block + "mlp.c_fc.weight"].T)
            network.linear_in.bias.copy_(state[block + "mlp.c_fc.bias"])
            network.linear_out.weight.copy_(state[block + "mlp.c_proj.weight"].T)
            network.linear_out.bias.copy_(state[block + "mlp.c_proj.bias"])
            layer.norm1.weight.copy_(state[block + "ln_1.weight"])
            layer.norm1.bias.copy_(state[block + "ln_1.bias"])
            layer.norm2.weight.copy_(state[block + "ln_2.weight"])
            layer.norm2.bias.copy_(state[block + "ln_2.bias"])
        decoder.final_norm.weight.copy_(state[prefix + "ln_f.weight"])
        decoder.final_norm.bias.copy_(state[prefix + "ln_f.bias"])
