"""The window itself: bar, docks, start page, notices, drops."""
