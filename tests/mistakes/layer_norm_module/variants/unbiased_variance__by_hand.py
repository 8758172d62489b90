class LayerNorm(nn.Module):
    def __init__(self, d_model: int, eps: float = 1e-5):
        super().__init__()
        self.d = d_model
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(self.d))
        self.beta = nn.Parameter(torch.zeros(self.d))

    def forward(self, x):
        difference = x - x.sum(dim=-1, keepdim=True) / self.d
        variance = (difference**2).sum(dim=-1, keepdim=True) / (self.d - 1)
        normal = difference * torch.rsqrt(variance + self.eps)
        return normal * self.gamma + self.beta
