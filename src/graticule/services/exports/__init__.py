"""Images as files of other formats: OME-TIFF and movies.

Each writer takes a scene that has passed the rule of visibility, and a path. It
works in bounded memory, tells its progress, and leaves no half of a file. None
knows whether a request or a job asks.
"""
