"""Your function hands the work to parts.gradient_at_input. Make the measurement yourself: layers in turn,
the sum, its gradient for x, the norm."""

from attnkit import parts

FUNDAMENTAL = "It is to be built here: a call of the finished part builds nothing."


def gradient_at_input(layers, x, use_residual):
    return parts.gradient_at_input(layers, x, use_residual)
