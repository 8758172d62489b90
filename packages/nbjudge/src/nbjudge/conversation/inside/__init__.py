"""What runs in the process that holds the learner's code. It knows no test and no expected value."""
