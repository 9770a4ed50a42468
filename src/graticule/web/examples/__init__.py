"""Examples of what services can be asked, as DALI 1.1 has them (section 2.3)."""
