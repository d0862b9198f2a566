"""The Folder page: how right the network is on many pictures, and which to look at."""
