"""What services say of themselves: capabilities, availability, tables (VOSI 1.1)."""
