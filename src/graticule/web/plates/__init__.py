"""The door of the plate page to what it shows beyond pictures: values and fields."""
