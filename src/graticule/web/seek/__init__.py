"""The door for searching: suggestions while one types, filters, a page of results."""
