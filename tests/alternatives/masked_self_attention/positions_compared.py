"""Compares positions, and multiplies the two masks."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        positions = torch.arange(x.size(1), device=x.device)
        allowed = (positions[:, None] >= positions).unsqueeze(0)
        return self.attention(x, x, x, allowed if padding is None else allowed * padding)
