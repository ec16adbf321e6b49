"""How prompts are searched: words of any script, what is indexed, what was asked, what to show."""
