"""What people look at: templates, styles and JavaScript.

Speaks HTTP only: the pages are filled by ``web/pages``, the scripts ask the
gateway. Holds no Python beyond what makes it a Django app.
"""
