"""Measurements of the library, for ``photo-narrator bench library``; nothing else imports them."""
