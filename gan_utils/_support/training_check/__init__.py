"""How `check_training` finds out what somebody's training steps do: by watching them, not by reading names.

check_training    the faults, in the order in which they are looked for
steps             training steps in any form, as one thing to run
watching          which models a step trains, what these are fed, with which losses
scores            D's scores of reals, of fakes and of what G draws now
learning          what the players learn from their steps
memory            all that a step may change, and the way back
"""
