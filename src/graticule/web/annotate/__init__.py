"""What people write onto things, as JSON: for the pages of Graticule and scripts."""
