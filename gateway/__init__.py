"""The HTTP door.

Authentication, tenant, limits, validation, live streams, console files. It keeps nothing durable.

Outside it speaks HTTP (REST under `/v1`, server-sent events), inside gRPC to identity, prompts,
pipelines, execution and billing. It decides who calls, never what they may do: services check
permissions themselves.
"""
