"""Charts as SVG, written by hand: bars of engines side by side, and lines over sizes; both axes of time are logarithmic."""
import math
from xml.sax.saxutils import escape

COLOURS = ["#1b6ca8", "#d9822b", "#6b9e3f", "#8f5aa8", "#888888", "#b5485d", "#4aa3a2"]


def _text(x, y, words, size=12, anchor="start", colour="#222"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">'
            f"{escape(words)}</text>")


def _open(width, height, title):
    return [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="sans-serif" role="img" aria-label="{escape(title)}">',
            f'<rect width="{width}" height="{height}" fill="white"/>', _text(16, 26, title, 16)]


def time_text(microseconds):
    for limit, unit, factor in ((1e3, "µs", 1), (1e6, "ms", 1e3), (math.inf, "s", 1e6)):
        if microseconds < limit:
            return f"{microseconds / factor:.3g} {unit}"


def _decades(low, high):
    return range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)


def bars(path, title, rows, engines):
    """rows: [(name, {engine: microseconds})]; a bar for each engine, shorter is better."""
    left, right, bar, gap = 110, 90, 13, 12
    values = [v for _, by in rows for v in by.values() if v > 0]
    if not values:
        return
    decades = _decades(min(values) * 0.7, max(values))
    low, high = decades[0], max(decades[-1], decades[0] + 1)
    width = 820
    height = 86 + sum(len([e for e in engines if e in by]) * bar + gap for _, by in rows) + 20
    scale = (width - left - right) / (high - low)
    out = _open(width, height, title)
    x = 16
    for number, engine in enumerate(engines):
        out.append(f'<rect x="{x}" y="38" width="12" height="12" fill="{COLOURS[number % len(COLOURS)]}"/>')
        out.append(_text(x + 17, 48, engine))
        x += 40 + 8 * len(engine)
    for decade in range(low, high + 1):
        at = left + (decade - low) * scale
        out.append(f'<line x1="{at:.1f}" y1="66" x2="{at:.1f}" y2="{height - 16}" stroke="#ddd"/>')
        out.append(_text(at, 62, time_text(10.0 ** decade), 10, "middle", "#777"))
    y = 76
    for name, by in rows:
        shown = [e for e in engines if e in by]
        out.append(_text(left - 8, y + len(shown) * bar / 2 + 4, name, 12, "end"))
        for engine in shown:
            length = max((math.log10(max(by[engine], 1e-3)) - low) * scale, 1)
            colour = COLOURS[engines.index(engine) % len(COLOURS)]
            out.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar - 2}" fill="{colour}"/>')
            out.append(_text(left + length + 4, y + bar - 4, time_text(by[engine]), 10, colour="#444"))
            y += bar
        y += gap
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(out + ["</svg>", ""]))


def lines(path, title, sizes, series):
    """series: {name: ({size: value}, unit)}; what each costs, as a multiple of what it costs at the smallest size."""
    width, height, left, right, top, bottom = 820, 440, 60, 250, 50, 46
    found = {}
    for name, (values, unit) in series.items():
        first = next((values[s] for s in sizes if values.get(s)), None)
        if first:
            found[name] = ({s: values[s] / first for s in sizes if values.get(s)}, values, unit)
    if not found:
        return
    peak = max(2.5, max(v for ratios, _, _ in found.values() for v in ratios.values()) * 1.1)
    lowest, highest = math.log10(sizes[0]), math.log10(max(sizes[-1], sizes[0] * 10))
    across = lambda size: left + (math.log10(size) - lowest) / (highest - lowest) * (width - left - right)
    up = lambda ratio: height - bottom - ratio / peak * (height - top - bottom)
    out = _open(width, height, title)
    step = 0.5 if peak < 5 else 1 if peak < 10 else math.ceil(peak / 8)
    mark = 0.0
    while mark <= peak:
        out.append(f'<line x1="{left}" y1="{up(mark):.1f}" x2="{width - right}" y2="{up(mark):.1f}" '
                   f'stroke="{"#c33" if mark == 2 else "#ddd"}"/>')
        out.append(_text(left - 8, up(mark) + 4, f"{mark:g}×", 11, "end", "#777"))
        mark += step
    for size in sizes:
        out.append(_text(across(size), height - bottom + 18, f"{size:,}", 11, "middle", "#777"))
    out.append(_text((left + width - right) / 2, height - 8, "customers", 12, "middle", "#777"))
    for number, (name, (ratios, values, unit)) in enumerate(found.items()):
        colour = COLOURS[number % len(COLOURS)]
        dash = ' stroke-dasharray="5 3"' if number >= len(COLOURS) else ""
        points = " ".join(f"{across(s):.1f},{up(r):.1f}" for s, r in ratios.items())
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        y = top + 8 + number * 34
        out.append(f'<rect x="{width - right + 16}" y="{y}" width="12" height="12" fill="{colour}"/>')
        out.append(_text(width - right + 33, y + 10, name, 11))
        last = [values[s] for s in sizes if values.get(s)]
        out.append(_text(width - right + 33, y + 23, f"{last[0]:.3g} to {last[-1]:.3g} {unit}", 10, colour="#777"))
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(out + ["</svg>", ""]))
