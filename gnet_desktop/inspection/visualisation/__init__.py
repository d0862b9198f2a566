"""What a unit wants: pictures made so that it answers as strongly as can be."""
