"""Where jobs are executed: in processes of this machine, or on many machines."""
