"""How people arrange things: containers, what is in them, tags; all can be undone."""
