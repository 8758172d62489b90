"""The numbers taken through NumPy and copied into the tensors of the state_dict."""


def load_bert_weights(encoder, state):
    prefix = next(name for name in state if "encoder.layer.0." in name).split("encoder.layer.0.")[0]
    table = [
        ("self_attention.query_proj", "attention.self.query"),
        ("self_attention.key_proj", "attention.self.key"),
        ("self_attention.value_proj", "attention.self.value"),
        ("self_attention.out_proj", "attention.output.dense"),
        ("norm1", "attention.output.LayerNorm"),
        ("feed_forward.linear_in", "intermediate.dense"),
        ("feed_forward.linear_out", "output.dense"),
        ("norm2", "output.LayerNorm"),
    ]
    target = encoder.state_dict()
    for number in range(len(encoder.layers)):
        for ours, theirs in table:
            for kind in ("weight", "bias"):
                numbers = state[f"{prefix}encoder.layer.{number}.{theirs}.{kind}"].numpy().copy()
                target[f"layers.{number}.{ours}.{kind}"].copy_(torch.from_numpy(numbers))
