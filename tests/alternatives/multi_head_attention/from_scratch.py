"""Nothing but tensors: views, a masked softmax with NaN replaced, and no helper functions."""


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        if d_model % num_heads:
            raise ValueError(f"{d_model} features cannot be shared by {num_heads} heads")
        super().__init__()
        self.h, self.d_k = num_heads, d_model // num_heads
        self.out_proj = nn.Linear(d_model, d_model)
        self.value_proj = nn.Linear(d_model, d_model)
        self.key_proj = nn.Linear(d_model, d_model)
        self.query_proj = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B, L_q, D = query.shape
        L_k = key.size(1)
        q = self.query_proj(query).view(B, L_q, self.h, self.d_k).transpose(1, 2)
        k = self.key_proj(key).view(B, L_k, self.h, self.d_k).transpose(1, 2)
        v = self.value_proj(value).view(B, L_k, self.h, self.d_k).transpose(1, 2)
        scores = torch.matmul(q, k.transpose(-2, -1)) / self.d_k**0.5
        if mask is not None:
            while mask.dim() < 3:
                mask = mask.unsqueeze(0)
            scores = scores.masked_fill(~mask.unsqueeze(1), float("-inf"))
        weights = torch.nan_to_num(F.softmax(scores, dim=-1))
        context = torch.matmul(weights, v).transpose(1, 2).contiguous().view(B, L_q, D)
        return self.out_proj(context), weights
