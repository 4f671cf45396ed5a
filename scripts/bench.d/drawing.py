"""Drawings as SVG: bars, and curves over a scale of powers of ten."""

import html
import math

WIDTH = 760
INK, PALE, BAR = "#222222", "#dddddd", "#4477aa"
LINES = ["#4477aa", "#ee6677", "#228833", "#aa3377"]
FONT = "font-family='sans-serif' font-size='12'"


def text(x, y, words, anchor="start", more=""):
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{INK}' {more}>{html.escape(words)}</text>"


def line(x1, y1, x2, y2, colour=INK):
    return f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{colour}'/>"


def document(height, title, parts):
    head = (f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{height}' viewBox='0 0 {WIDTH} {height}' "
            f"{FONT} role='img'>")
    return "\n".join([head, f"<title>{html.escape(title)}</title>",
                      f"<rect width='{WIDTH}' height='{height}' fill='white'/>", text(10, 20, title, more="font-weight='bold'"), *parts, "</svg>"]) + "\n"


def short(value):
    """Three digits that count, with k or M."""
    for unit, sign in ((1e6, " M"), (1e3, " k")):
        if abs(value) >= unit:
            return f"{value / unit:.3g}{sign}"
    return f"{value:.3g}"


def round_up(value):
    """To 1, 2 or 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(value)) if value > 0 else 1
    return next(power * step for step in (1, 2, 5, 10) if power * step >= value)


def bars(title, rows):
    """A bar for each (label, value, least, most), from 0; a thin line from the least to the most where they differ."""
    left, top, step, thick = 250, 36, 24, 14
    longest = max(row[3] for row in rows)
    scale = (WIDTH - left - 110) / (longest or 1)
    parts = []
    for number, (label, value, least, most) in enumerate(rows):
        y = top + number * step
        middle = y + thick / 2
        parts += [text(left - 8, y + 11, label, "end"),
                  f"<rect x='{left}' y='{y}' width='{value * scale:.1f}' height='{thick}' fill='{BAR}'/>",
                  text(left + most * scale + 8, y + 11, short(value))]
        if most > least:
            parts += [line(left + least * scale, middle, left + most * scale, middle)]
            parts += [line(left + end * scale, y + 2, left + end * scale, y + thick - 2) for end in (least, most)]
    return document(top + len(rows) * step + 10, title, parts)


def curves(title, x_name, series):
    """A line for each {name: [(x, y), ...]}: x on a scale of powers of ten, y from 0."""
    left, right, top, bottom = 80, WIDTH - 20, 60, 320
    points = [point for line_points in series.values() for point in line_points]
    low, high = (math.log10(end(x for x, _ in points)) for end in (min, max))
    tallest = round_up(max(y for _, y in points))

    def at(x, y):
        across = (math.log10(x) - low) / (high - low) if high > low else 0.5
        return left + across * (right - left), bottom - y / tallest * (bottom - top)

    parts = []
    for part in range(5):
        y = at(points[0][0], tallest * part / 4)[1]
        parts += [line(left, y, right, y, PALE), text(left - 8, y + 4, short(tallest * part / 4), "end")]
    for x in sorted({x for x, _ in points}):
        parts += [text(min(at(x, 0)[0], right - 10), bottom + 18, short(x), "middle")]
    parts += [text((left + right) / 2, bottom + 38, x_name, "middle")]
    for number, (name, line_points) in enumerate(series.items()):
        colour = LINES[number % len(LINES)]
        places = [at(*point) for point in sorted(line_points)]
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts += [f"<polyline points='{drawn}' fill='none' stroke='{colour}' stroke-width='2'/>"]
        parts += [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='{colour}'/>" for x, y in places]
        parts += [f"<rect x='{left + number * 220}' y='30' width='12' height='12' fill='{colour}'/>",
                  text(left + number * 220 + 18, 41, name)]
    return document(bottom + 50, title, parts)
