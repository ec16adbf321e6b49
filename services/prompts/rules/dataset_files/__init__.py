"""Files of items: CSV, JSONL and JSON, read part by part in bounded memory, and written.

`splitting` cuts bytes into records, `columns` says where each of their columns goes, `reading` puts
both together and makes items or problems of them, `writing` is the way back.
"""
