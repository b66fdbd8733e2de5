// The two losses of the original GAN, from logits, as in gan_utils/losses.py; each with its slope at the logit.

export const LN_2 = Math.log(2);
export const sigmoid = (a) => 1 / (1 + Math.exp(-a));
export const softplus = (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))); // log(1 + e^a)

// L_D: -log D for the real half of a batch (target 1), -log(1 - D) for the fake half (target 0).
export const discriminatorLoss = {
  value: (logit, target) => softplus(target ? -logit : logit),
  slope: (logit, target) => sigmoid(logit) - target,
};

// L_G = -log D(G(z)): all targets are 1.
export const generatorLoss = {
  value: (logit) => softplus(-logit),
  slope: (logit) => sigmoid(logit) - 1,
};

// The obvious loss, log(1 - D(G(z))), whose slope -D dies where D is sure.
export const saturatingLoss = {
  value: (logit) => -softplus(logit),
  slope: (logit) => -sigmoid(logit),
};
