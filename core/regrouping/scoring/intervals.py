"""How sure an accuracy is: bootstrap intervals by images, or by groups of images that belong together.

Method: the percentile bootstrap, Efron (1979), https://doi.org/10.1214/aos/1176344552; by whole groups
(patient, photo) the cluster bootstrap, Field and Welsh (2007),
https://doi.org/10.1111/j.1467-9868.2007.00593.x: images of one patient are right or wrong together, and an
interval by images would be too narrow.

Only how many images of a group there are and how many of them are right matters. So groups that agree in
both are drawn together, as one multinomial number: the same distribution as drawing them one by one, at a
cost that does not grow with the images. By images it is a binomial number.
"""

import numpy as np

from core.evaluation.intervals import wilson_interval

TAIL = 0.025  # share of draws left out at each end: 95 % stay


def bootstrap_interval(
    right: np.ndarray, *, clusters: np.ndarray | None = None, num_draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of an accuracy.

    Where all groups (or images) are right equally often, as where all are right, or where there is one group
    only, every draw is the same and tells nothing; then it is Wilson's interval of so many groups.

    Args:
        right: Whether each image is right, bool, shape ``(num_samples,)``, at least one image.
        clusters: Group of each image, any numbers or texts, same shape; None draws single images.
        num_draws: How often the images are drawn anew.
        seed: Start of the random numbers.

    >>> low, high = bootstrap_interval(np.arange(100) < 80)
    >>> round(low, 2), round(high, 2)
    (0.72, 0.88)
    """
    if clusters is None:
        kinds, num_each = np.array([[1, 0], [1, 1]]), np.array([(~right).sum(), right.sum()])
    else:
        kinds, num_each = _kinds_of_clusters(right, clusters)
    shares = (kinds[:, 1] / kinds[:, 0])[num_each > 0]
    if np.ptp(shares) == 0:
        num_drawn = int(num_each.sum())
        return wilson_interval(float(shares[0]) * num_drawn, num_drawn)
    drawn = np.random.default_rng(seed).multinomial(num_each.sum(), num_each / num_each.sum(), num_draws)
    num_images, num_right = (drawn @ kinds).T
    low, high = np.quantile(num_right / num_images, [TAIL, 1 - TAIL])
    return float(low), float(high)


def _kinds_of_clusters(right: np.ndarray, clusters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct (images, right images) of the groups, and how many groups there are of each."""
    if clusters.dtype.kind not in "iu":
        clusters = np.unique(clusters, return_inverse=True)[1]
    sizes = np.bincount(clusters)
    num_right = np.bincount(clusters, right, len(sizes)).astype(np.int64)
    codes, num_each = np.unique((sizes * (sizes.max() + 1) + num_right)[sizes > 0], return_counts=True)
    return np.stack(np.divmod(codes, sizes.max() + 1), axis=1), num_each
