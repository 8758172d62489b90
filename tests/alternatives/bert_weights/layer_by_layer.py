"""One load_state_dict for each module; missing names are found with either prefix."""

ORDER = {
    "self_attention.query_proj": "attention.self.query",
    "self_attention.key_proj": "attention.self.key",
    "self_attention.value_proj": "attention.self.value",
    "self_attention.out_proj": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "feed_forward.linear_in": "intermediate.dense",
    "feed_forward.linear_out": "output.dense",
    "norm2": "output.LayerNorm",
}


def find(state, name):
    return state[name] if name in state else state["bert." + name]


def load_bert_weights(encoder, state):
    for ours, module in encoder.named_modules():
        parts_of_name = ours.split(".", 2)
        if len(parts_of_name) == 3 and parts_of_name[2] in ORDER:
            name = f"encoder.layer.{parts_of_name[1]}.{ORDER[parts_of_name[2]]}"
            module.load_state_dict({kind: find(state, f"{name}.{kind}") for kind in ("weight", "bias")})
