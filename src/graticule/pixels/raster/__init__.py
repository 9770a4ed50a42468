"""Pictures: PNG, JPEG, WebP, GIF, BMP."""
