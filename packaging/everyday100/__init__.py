"""How the bundled checkpoint is made: read the pictures, train, evaluate, export.

``python packaging/everyday100 --help`` lists the steps. Nothing here is part of the installed program.
"""
