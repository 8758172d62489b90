from pathlib import Path

import pytest
from nbjudge import Course

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def course() -> Course:
    return Course(ROOT)
