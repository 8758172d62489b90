# both: gain_and_bias_swapped eps_outside_the_root
def layer_norm(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(dim=-1, keepdim=True)
    spread = torch.sqrt((centred * centred).mean(dim=-1, keepdim=True)) + eps
    return torch.addcmul(gamma, beta.expand_as(x), centred / spread)
