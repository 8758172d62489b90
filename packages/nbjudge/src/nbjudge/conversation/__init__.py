"""The judge's talk with the process that holds the learner's code.

`standin`, `connection` and `worker` are the judge's side. `inside/` runs beside the learner's code; `common/` is what
both sides share.
"""
