"""From folders to described photos, and back from a query: no Qt, no SQL.

The way in: :mod:`~gallery.library.scan` finds files, the decoder process
(:mod:`~gallery.library.decoder`) reads header and thumbnail, the engine process
(:mod:`~gallery.library.engine_client`) describes; :mod:`~gallery.library.indexer` drives all three
and stores each result in the catalog before it tells anyone through
:mod:`~gallery.library.events`.
"""
