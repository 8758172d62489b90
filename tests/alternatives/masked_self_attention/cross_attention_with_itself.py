"""Is made of a helper class that attends from one sequence to another; the mask is filled in place, in its own copy."""


class Attend(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(num_heads=num_heads, d_model=d_model)

    def attend(self, x, memory, mask):
        return self.attention(x, memory, memory, mask=mask)


class MaskedSelfAttention(Attend):
    def forward(self, x, padding=None):
        batch, length = x.shape[:2]
        mask = torch.zeros(batch, length, length, dtype=torch.bool)
        for row in range(length):
            mask[:, row, : row + 1] = True
        if padding is not None:
            mask &= padding
        return self.attend(x, x, mask)
