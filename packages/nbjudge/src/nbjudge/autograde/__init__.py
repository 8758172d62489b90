"""nbgrader's steps, in their order: `config batch submission rebuild execute save feedback`, and `release` before them.

nbgrader's commands run here, in the instructor's process. Learners' code never does.
"""
