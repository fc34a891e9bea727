"""The full network, merged, summed, and a network trained on the groups, on the same images."""
