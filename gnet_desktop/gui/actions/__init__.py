"""Everything that can be done: the table of actions, what carries them out, and the ways to reach them."""
