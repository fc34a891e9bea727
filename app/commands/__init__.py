"""Commands: one file a topic, each as thin as a page."""
