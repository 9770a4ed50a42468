"""The work that jobs do: one file for each kind."""
