"""The work of Regroup, without any interface: datasets, models, training, evaluation, regrouping."""
