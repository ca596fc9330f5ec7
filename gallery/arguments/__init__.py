"""What can be asked on the command line, one module for each topic.

A topic's ``add_to`` adds its commands: a name, a sentence for the help, and ``module:function`` of
what runs it (see :class:`~gallery.arguments.parsers.Commands`). Only argparse is imported here: a
command's own module is imported when it is asked for. A new topic gets its place in the help in
:mod:`~gallery.arguments.program`.
"""
