"""What a grouping does to the scores of stored predictions, without training again."""
