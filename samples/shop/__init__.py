"""A small shop that leaks: the service whose two heap dumps stand beside this folder."""
