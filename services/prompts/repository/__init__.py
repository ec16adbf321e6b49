"""All SQL of this service: a file for each kind of thing that it keeps."""
