"""The description of the whole HTTP surface, made from the doors' own tables."""
