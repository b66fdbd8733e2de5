"""Figures of a bench (.json) as tables (.md) and a plot (.svg): python benchmarks/report.py FILE.json"""

import json
import statistics
import sys
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.ticker import NullFormatter, ScalarFormatter

STYLES = {
    "MLP": {"color": "#0072B2", "marker": "o", "linewidth": 2.5},
    "DCGAN": {"color": "#D55E00", "marker": "s", "linewidth": 2.5},
    "classic snippet": {"color": "0.35", "marker": "^", "linestyle": "--"},
    "original series": {"color": "0.35", "marker": "v", "linestyle": ":"},
    "TensorFlow tutorial": {"color": "0.35", "marker": "D", "linestyle": "-."},
}
STYLES |= {f"{name}, with care": style | {"color": "#009E73"} for name, style in list(STYLES.items())[2:]}


def write(path):
    """Write the tables beside the .json and the plot; return the tables."""
    results = json.loads(Path(path).read_text(encoding="utf-8"))
    text = "\n".join(
        [
            f"# {Path(path).stem.replace('_', ' ').capitalize()}",
            "",
            f"{results['machine']}. Data: {results['data']}.",
            "",
            *_steps(results.get("steps", [])),
            *_quality(results["quality"]),
            *_start_up(results.get("start_up", {})),
        ]
    )
    Path(path).with_suffix(".md").write_text(text + "\n", encoding="utf-8")
    _plot(results, Path(path).with_suffix(".svg"))
    return text


def _spread(values):
    tenths = statistics.quantiles(values, n=10)
    return f"{statistics.median(values):.1f} ({tenths[0]:.1f} to {tenths[-1]:.1f})"


def _steps(rows):
    if not rows:
        return
    yield "## Milliseconds a step"
    yield ""
    yield (
        "Median (first to last tenth); its ratio to the backend's fused step, the better one, of which one "
        "goes into a call; seconds of the first call, which compiles."
    )
    for backend in dict.fromkeys(row["backend"] for row in rows):
        mine = [row for row in rows if row["backend"] == backend]
        cases = list(dict.fromkeys((row["network"], row["batch"]) for row in mine))
        table = {(row["network"], row["batch"], row["way"]): row for row in mine}
        yield ""
        yield f"| {backend} | " + " | ".join(f"{network}, batch {batch}" for network, batch in cases) + " |"
        yield "| --- " * (1 + len(cases)) + "|"
        for way in dict.fromkeys(row["way"] for row in mine):
            cells = []
            for case in cases:
                row = table[*case, way]
                fused = min(_median(table[key]) for key in table if key[:2] == case and key[2][:5] == "fused")
                ratio = f"{_median(row) / fused:.2f}"
                cells.append(f"{_spread(row['ms'])}; **{ratio}**; {row['first_s']:.1f} s")
            yield f"| {way} | " + " | ".join(cells) + " |"
    yield ""


def _median(row):
    return statistics.median(row["ms"])


def _quality(rows):
    yield "## Quality against seconds of training"
    yield ""
    yield (
        f"Fréchet distance at n = {rows[0]['n']:,}; test images stand at {rows[0]['fid_floor']:.2f}, "
        "and the ratio is to that. Means over seeds, in brackets the best and the worst of them. Closest: "
        "the smallest distance from one of 1,000 fakes to a training image, over that of 1,000 test images."
    )
    yield ""
    yield "| network | seconds | steps | distance | ratio | class-KL | coverage | recognised | closest |"
    yield "| --- " * 9 + "|"
    for name, seconds in dict.fromkeys((row["name"], row["seconds"]) for row in rows):
        seeds = [row for row in rows if (row["name"], row["seconds"]) == (name, seconds)]

        def mean(key, seeds=seeds):
            return statistics.mean(row[key] for row in seeds)

        fids = [row["fid"] for row in seeds]
        spread = f" ({min(fids):.1f} to {max(fids):.1f})" if len(fids) > 1 else ""
        closest = mean("closest_train") / mean("closest_train_floor")
        yield (
            f"| {name} | {seconds} | {mean('steps'):,.0f} | {mean('fid'):.1f}{spread} | "
            f"{mean('fid') / mean('fid_floor'):.1f} | {mean('class_kl'):.3f} | {mean('coverage'):.2f} | "
            f"{mean('recognised'):.2f} | {closest:.2f} |"
        )


def _start_up(found):
    if not found:
        return
    yield ""
    yield "## A cold start"
    yield ""
    yield "Three processes each: seconds to import, seconds to the end of the first step, peak memory."
    yield ""
    yield "| network | import | first step | peak MiB |"
    yield "| --- | --- | --- | --- |"
    for name, (imports, firsts, memory) in found.items():
        cells = [f"{statistics.median(v):.1f} ({min(v):.1f} to {max(v):.1f})" for v in (imports, firsts)]
        yield f"| {name} | {cells[0]} | {cells[1]} | {statistics.median(memory):.0f} |"


def _plot(results, path):
    rows, data, cores = results["quality"], results["data"], results["machine"].split(",")[0]
    plt.rcParams["svg.hashsalt"] = "gan_utils"  # the same figures make the same file
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    ends, steps = {}, {}
    for name in dict.fromkeys(row["name"] for row in rows):
        mine = [row for row in rows if row["name"] == name]
        seconds = sorted({row["seconds"] for row in mine})
        fids = [[row["fid"] for row in mine if row["seconds"] == s] for s in seconds]
        middle = [statistics.mean(values) for values in fids]
        axes.plot(seconds, middle, label=name, **STYLES[name])
        axes.fill_between(
            seconds,
            [min(v) for v in fids],
            [max(v) for v in fids],
            color=STYLES[name]["color"],
            alpha=0.15,
            lw=0,
        )
        ends[name] = middle[-1]
        steps[name] = statistics.mean(row["steps"] for row in mine if row["seconds"] == seconds[-1])
    height = 0
    for name in sorted(ends, key=ends.get):  # each a line of text above the one before, or higher
        height = max(ends[name], 1.35 * height)
        told = f"{name}: {steps[name]:,.0f} steps"
        axes.annotate(told, (seconds[-1], height), (7, 0), textcoords="offset points", va="center")
    floor = rows[0]["fid_floor"]
    axes.axhline(floor, color="black", linewidth=1)
    axes.text(0.01, floor, "real test images", transform=axes.get_yaxis_transform(), va="bottom")
    axes.set(xscale="log", yscale="log", xlabel=f"seconds of training, {cores}", ylabel="Fréchet distance")
    axes.set_title(f"Distance to real digits ({data}, n = {rows[0]['n']:,}); lower is better", loc="left")
    axes.set_xticks(sorted({row["seconds"] for row in rows}))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(ScalarFormatter())
        axis.set_minor_formatter(NullFormatter())
    axes.spines[["top", "right"]].set_visible(False)
    right = axes.get_xlim()[1]
    axes.set_xlim(right=right * 2.2)  # room for the names
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    print(write(sys.argv[1]))
