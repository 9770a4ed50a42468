"""The door by which pages arrange things: JSON in, JSON out, every change undoable."""
