"""Your class hands the work to parts.Residual. Build the connection yourself: call the sublayer, unpack a
tuple, apply dropout, add x."""

from attnkit import parts

FUNDAMENTAL = "It is to be built here: a call of the finished part builds nothing."


class Residual(parts.Residual):
    pass
