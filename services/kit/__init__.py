"""The platform library: everything a service needs that knows no business noun.

It imports no service and no contract (`promptpilot.*`): options of RPCs and events are read through
protobuf descriptors.
"""
