"""A page in one file that needs no other: the house's colours and type, light and dark, from a phone to a wall."""

from __future__ import annotations

from .svg import words

#: Colours by name: (light, dark).
_COLOURS = {
    "app": ("#F6F6F7", "#141416"), "panel": ("#FFFFFF", "#1B1B1E"), "sunken": ("#F1F1F3", "#17171A"),
    "hover": ("#EFEFF1", "#29292E"), "stage": ("#E4E4E6", "#0D0D0E"), "line": ("#E4E4E7", "#2B2B30"),
    "line-control": ("#8B8B93", "#77777F"), "text": ("#18181B", "#EEEEF0"), "text-2": ("#55555D", "#B0B0B8"),
    "text-3": ("#6B6B74", "#94949D"), "ink": ("#1C1C20", "#F2F2F4"), "on-ink": ("#FFFFFF", "#161618"),
    "accent": ("#2F5BEA", "#8AA4FF"), "warn": ("#8A5A00", "#E5B252"),
}  # fmt: skip

_BASE = """
*{box-sizing:border-box}
html{background:var(--app);color:var(--text);-webkit-text-size-adjust:100%}
body{margin:0;font:13px/20px Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",sans-serif;
font-variant-numeric:tabular-nums}
@media (min-width:2400px){body{zoom:1.5}}@media (min-width:3400px){body{zoom:1.9}}
h1{font-size:20px;line-height:28px;font-weight:600;letter-spacing:-.014em;margin:0;overflow-wrap:anywhere}
h2{font-size:14px;line-height:20px;font-weight:600;margin:0}
p{margin:0}a{color:inherit}
button,select,input{font:inherit;color:inherit}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
.said{color:var(--text-2);max-width:60ch}.said b{color:var(--text);font-weight:600}
.quiet{color:var(--text-3);font-size:12px;line-height:16px}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}
@media print{html{background:#fff}}
"""


def document(title: str, body: str, style: str = "", head: str = "") -> str:
    """A whole page.

    Args:
        title: what the window says.
        body: markup.
        style: rules beside the house's.
        head: further markup for the head.
    """
    light, dark = (";".join(f"--{name}:{pair[i]}" for name, pair in _COLOURS.items()) for i in (0, 1))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{words(title)}</title>\n<style>\n:root{{color-scheme:light dark;{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}{_BASE}{style}</style>\n{head}</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )  # fmt: skip


def strong(line: str) -> str:
    """Escaped text with the parts between asterisks set strong.

    >>> strong("a *b* <c>")
    'a <b>b</b> &lt;c&gt;'
    """
    from .svg import pieces

    return "".join(f"<b>{words(part)}</b>" if is_strong else words(part) for part, is_strong in pieces(line))
