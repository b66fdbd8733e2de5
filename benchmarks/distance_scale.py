"""What does a Fréchet distance of 10 mean? Known images on our scale: python benchmarks/distance_scale.py

Uses MNIST if it is on this machine, else the embedded digits.
"""

import gan_utils as gu
import numpy as np
from gan_utils import quality


def main():
    train, rng = gu.load_images(), np.random.default_rng(0)
    test = gu.load_images(train.name, "test")
    n, images = len(test.images), test.images
    with_3 = test.labels == 3
    cases = {
        "test images (the floor)": images,
        "training images": train.images[:n],
        "test images and noise, sd 0.1": np.clip(images + rng.normal(0, 0.1, images.shape), 0, 1),
        "no 3 among the test images": images[~with_3],
        "a hundred test images, repeated": np.resize(images[:100], images.shape),
        "ten test images, one a class": np.resize(
            images[[np.argmax(test.labels == k) for k in range(10)]], images.shape
        ),
        "uniform noise": rng.random(images.shape),
    }
    for name, shown in cases.items():
        measures = gu.evaluate_quality(shown, train)
        print(f"{name:>33}: {measures['fid']:7.2f}, n = {measures['n']:,}")
    nearest = quality._nearest_distances(images, train.images)
    closest = [nearest[start : start + 1000].min() for start in range(0, n, 1000)]
    print(f"closest to a training image, of 1,000 test images each: {min(closest):.2f} to {max(closest):.2f}")


if __name__ == "__main__":
    main()
