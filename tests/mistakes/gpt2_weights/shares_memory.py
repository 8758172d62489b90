"""The decoder changes when the checkpoint is written to: both use the same memory. A slice and a .T are
views of it; parameter.copy_(tensor), under torch.no_grad(), copies the numbers.
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
                projection.weight.data = weight.T
                projection.bias.data = bias
            attention.out_proj.weight.data = state[block + "attn.c_proj.weight"].T
            attention.out_proj.bias.data = state[block + "attn.c_proj.bias"]
            network.linear_in.weight.data = state[block + "mlp.c_fc.weight"].T
            network.linear_in.bias.data = state[block + "mlp.c_fc.bias"]
            network.linear_out.weight.data = state[block + "mlp.c_proj.weight"].T
            network.linear_out.bias.data = state[block + "mlp.c_proj.bias"]
            layer.norm1.weight.data = state[block + "ln_1.weight"]
            layer.norm1.bias.data = state[block + "ln_1.bias"]
            layer.norm2.weight.data = state[block + "ln_2.weight"]
            layer.norm2.bias.data = state[block + "ln_2.bias"]
        decoder.final_norm.weight.data = state[prefix + "ln_f.weight"]
        decoder.final_norm.bias.data = state[prefix + "ln_f.bias"]
