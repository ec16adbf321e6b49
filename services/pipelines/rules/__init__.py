"""What pipelines decides: which definitions are sound, and which names and labels are allowed.

Pure: no I/O, no clock, no random. The JSON Schema of definitions and the templates are data files
of this package, read once at import like code.
"""
