"""How sure a share is: intervals for accuracies measured on a limited number of images."""

import math

Z_95 = 1.959963984540054  # standard normal quantile at 97.5 %


def wilson_interval(num_correct: float, num_samples: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share.

    Method: Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953; unlike the textbook interval it
    stays within 0 and 1 and is sound for few images and for shares near 0 or 1.

    Args:
        num_correct: How many were right; a fraction where each is a mean of several.
        num_samples: Out of how many; with none nothing is known and the interval is 0 to 1.

    >>> low, high = wilson_interval(8, 10)
    >>> round(low, 4), round(high, 4)
    (0.4902, 0.9433)
    """
    if not num_samples:
        return 0.0, 1.0
    share = num_correct / num_samples
    weight = Z_95**2 / num_samples
    center = (share + weight / 2) / (1 + weight)
    half = Z_95 * math.sqrt(share * (1 - share) / num_samples + weight / (4 * num_samples)) / (1 + weight)
    # Rounding must not put the share itself outside at 0 and at 1.
    low = 0.0 if num_correct == 0 else center - half
    high = 1.0 if num_correct == num_samples else center + half
    return low, high
