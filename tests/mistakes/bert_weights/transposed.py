"""Your square matrices are the wrong way round. BERT stores them as nn.Linear does, (out, in): copy them
as they are. (GPT-2 is the model that stores them transposed.)
"""

FUNDAMENTAL = "BERT stores its matrices as nn.Linear does: turned round, all are wrong."

NAMES = {
    "attention.self.query": "self_attention.query_proj",
    "attention.self.key": "self_attention.key_proj",
    "attention.self.value": "self_attention.value_proj",
    "attention.output.dense": "self_attention.out_proj",
    "attention.output.LayerNorm": "norm1",
    "intermediate.dense": "feed_forward.linear_in",
    "output.dense": "feed_forward.linear_out",
    "output.LayerNorm": "norm2",
}


def load_bert_weights(encoder, state):
    prefix = "bert." if any(name.startswith("bert.") for name in state) else ""
    with torch.no_grad():
        for number, layer in enumerate(encoder.layers):
            for theirs, ours in NAMES.items():
                module = layer.get_submodule(ours)
                source = f"{prefix}encoder.layer.{number}.{theirs}"
                weight = state[source + ".weight"]
                square = weight.dim() == 2 and weight.shape[0] == weight.shape[1]
                module.weight.copy_(weight.T if square else weight)
                module.bias.copy_(state[source + ".bias"])
