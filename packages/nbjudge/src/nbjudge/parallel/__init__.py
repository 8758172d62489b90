"""A class graded in parallel, by workers of Dask: `nbjudge autograde`; and its feedback pages: `nbjudge feedback`.

One writer, nbgrader's own command in the instructor's process, does what it does for each submission; what takes long
(reading, running, judging) has been done before by a worker, which was sent the submission as bytes. An answer of a
worker counts only for exactly what it was asked: see `questions`.

- the instructor's side: `application` (nbgrader's command), `answers` (in the place of the grader), `bundle` (what
  workers need of the course), `cluster` (who works), `progress`;
- the workers' side: `worker`;
- both: `questions`, `packing`;
- for feedback pages: `feedback` (nbgrader's command), `forks` (who makes them, here);
- both commands: `command` (how they are called and stopped).
"""
