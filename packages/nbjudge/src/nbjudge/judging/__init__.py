"""The verdict: checks run against somebody's object, known mistakes recognised, and the checks themselves on trial."""
