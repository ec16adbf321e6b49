"""Who is calling.

API keys, access tokens, browser sessions. Nothing here looks at `request.url`.
"""
