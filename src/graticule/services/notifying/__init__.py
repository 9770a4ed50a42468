"""Telling people that their jobs have ended: by mail and by signed webhook."""
