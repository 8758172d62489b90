"""Your positions are kept in 8 bits, so in a long source they wrap around."""


def alignment(weights):
    return weights.mean(dim=1).argmax(dim=-1).to(torch.uint8).long()
