"""UWS 1.1: asynchronous jobs over HTTP (contract uws)."""
