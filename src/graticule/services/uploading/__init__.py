"""Files that people upload into datasets, in pieces that can be taken up again.

:mod:`~graticule.services.uploading.names` says what files may be called,
:mod:`~graticule.services.uploading.room` what there is room for,
:mod:`~graticule.services.uploading.sets` keeps together what belongs together,
:mod:`~graticule.services.uploading.pieces` takes the bytes. The job ``import`` makes
images of what has arrived whole. Knows no HTTP.
"""
