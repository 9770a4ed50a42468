"""Jobs: work too heavy for a request, without HTTP and without images."""
