"""Right: a module with a forward method, made once."""


class _Gelu(nn.Module):
    def forward(self, x):
        return x * 0.5 * torch.erfc(x * -math.sqrt(0.5))


gelu = _Gelu()
