"""The door of TAP: what is published, examples, a page; jobs are those of web/uws."""
