"""A small shop that leaks: the service whose three heap dumps stand beside this folder."""
