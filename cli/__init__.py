"""`promptpilot`: the command line of operators and developers.

Starts and stops the whole platform on one machine, migrates, creates tenants, says what is wrong,
and runs pipelines.
"""
