"""A slideshow as a file: a film with pictures, voice and subtitles, or its sound alone."""
