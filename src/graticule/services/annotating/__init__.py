"""What people put onto things: tags, key-values, comments, ratings, files, words."""
