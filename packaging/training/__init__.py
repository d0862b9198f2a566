"""How weights are trained: read the pictures, train, evaluate, export.

``python packaging/training --help`` lists the steps. Nothing here is part of the installed program.
"""
