"""The door of people to what is theirs: details, tokens, groups, notifications."""
