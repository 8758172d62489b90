"""The course's configuration, read by every nbgrader command and by JupyterLab's formgrader."""

import sys

c = get_config()  # noqa: F821 - given by traitlets

# First of all, and by its plain name: where nbjudge is missing, this ends `nbgrader autograde`, which would otherwise
# pass over this file, and run learners' code with your rights.
c.Autograde.exporter_class = "nbjudge.autograde.exporter.JudgedNotebookExporter"
c.CourseDirectory.course_id = "attention_to_softmax"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.NBJudge.given = "attnkit.parts"
c.NBJudge.preload = [
    "attnkit.data",
    "attnkit.models",
    "attnkit.pictures.attention_at_work",
    "attnkit.pictures.cross_attention",
    "attnkit.pictures.decoder",
    "attnkit.pictures.feed_forward",
    "attnkit.pictures.layer_norm",
    "attnkit.pictures.masks",
    "attnkit.pictures.multi_head",
    "attnkit.pictures.output",
    "attnkit.pictures.residual",
    "attnkit.pictures.transformer",
    "attnkit.training",
]
try:
    import nbjudge
except ImportError as error:  # JupyterLab reads this file for learners, too, who have no judge
    if "autograde" in sys.argv:
        sys.exit(f"nothing was graded: nbjudge is missing here ({error}); install it with `make setup`, as README says")
else:
    nbjudge.configure(c)
