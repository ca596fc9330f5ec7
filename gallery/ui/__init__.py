"""The window: Qt widgets that show and ask, and the thin bridges to the rest."""
