"""What is kept on disk: groupings with a name, drafts, files for others, and looks at test images."""
