"""Your heads vote: each names its own favourite, and the most frequent wins. Average the weights first, and take the largest after."""


def alignment(weights):
    return weights.argmax(dim=-1).mode(dim=1).values
