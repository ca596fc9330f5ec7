"""What files tell about themselves besides the picture, read in the decoder process.

``facts.read_facts`` opens a photo and its sidecar and puts together what ``exif``, ``iptc`` and
``xmp`` find. Everything here takes untrusted bytes: what cannot be understood is left out.
"""
