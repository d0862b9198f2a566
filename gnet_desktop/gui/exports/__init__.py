"""What leaves the window: pictures, pages, reports."""
