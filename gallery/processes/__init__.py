"""Child processes under one supervisor: the engine, the decoder, the speech process.

A :class:`~gallery.processes.child.Child` starts a process by *spawn*, sends messages on the
caller's thread, receives on a thread of its own, notices a death at once (end of file) or a hang
(watchdog), and starts it again with back-off. What was in flight is the owner's to send again.
"""
