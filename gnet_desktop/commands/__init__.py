"""The commands of `gnet-desktop`, one module each: ``run(arguments) -> exit status``.

They are imported only when asked for, so that ``--help`` and the window start
without torch.
"""
