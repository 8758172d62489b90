"""Your layer adds an axis to the mask, and what comes out no longer broadcasts to (B, L_q, L_k). parts.MultiHeadAttention sees to the heads itself: hand it the mask as it is."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        if memory_mask is not None:
            memory_mask = memory_mask.unsqueeze(1)
        return self.attention(x, memory, memory, memory_mask)
