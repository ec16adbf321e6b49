"""Server-sent events.

A run's numbered events with live tokens between them, and a model's answer as it comes.

A run is followed through restarts of execution: the gateway opens WatchRun again after the last
number it has sent, so the reader sees neither gap nor repetition. When that lasts longer than
`outage_s`, or the gateway itself stops, the stream ends with `event: reconnect`: the reader comes
back with Last-Event-ID.

Memory is bounded by back-pressure: one message is read from the service only after the one before
has gone out. A reader that takes nothing for `stall_s` is let go. Every `heartbeat_s` a comment
keeps the line open.
"""
