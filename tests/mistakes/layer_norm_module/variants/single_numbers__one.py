class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(1))
        self.beta = nn.Parameter(torch.zeros(1))
        self.eps = eps

    def forward(self, x):
        m, v = x.mean(-1, keepdim=True), x.var(-1, correction=0, keepdim=True)
        return self.gamma * (x - m) / (v + self.eps).sqrt() + self.beta
