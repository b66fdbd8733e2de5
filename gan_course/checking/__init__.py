"""What the checks in gan_course/exercises stand on.

running: runs an answer so that whatever it does ends in a hint.
comparing: compares an answer with a right one, case by case.
feedback: what a check says of an answer; the decorator that makes a check.
formulas: sigmoid and softplus, exact for any logit.
model_layers: what the layers of a Keras model do.
recording_models: models that record what they are handed.
"""
