"""All SQL of identity: a class per thing, made from an open transaction."""
