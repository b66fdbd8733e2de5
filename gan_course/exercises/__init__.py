"""One file an exercise, by its name: NAME.py holds the check, the function NAME.

What belongs to it besides: its cell `exercise-NAME` in a notebook, its solution notebooks/solutions/NAME.py,
and the answers that the check is tried with, tests/course/answers/NAME.py. No list names them.
"""
