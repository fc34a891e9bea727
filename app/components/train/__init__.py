"""The Train page: the form in folds on the left, what it will do on the right."""
