"""Pictures and answers kept on disk, between processes and restarts."""
