// What is drawn: pictures, and curves.

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Calls `redraw` where what is drawn must be drawn anew: another size, dark instead of light, paper.
export function whenLooksChange(redraw) {
  addEventListener("resize", redraw);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", redraw);
}

// Images (n, 784) in [0, 1] as a grid on a canvas, `columns` in a row; below each a bar as long as its verdict.
export function drawPictures(canvas, images, columns, verdicts = null) {
  const n = images.length / 784, rows = Math.ceil(n / columns), tall = verdicts ? 34 : 30;
  canvas.width = columns * 30 * 2;
  canvas.height = rows * tall * 2;
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.scale(2, 2);
  const pixels = new ImageData(28, 28), one = new OffscreenCanvas(28, 28);
  for (let k = 0; k < n; k++) {
    const x = (k % columns) * 30 + 1, y = Math.floor(k / columns) * tall + 1;
    for (let i = 0; i < 784; i++) {
      const grey = 255 * images[784 * k + i];
      pixels.data.set([grey, grey, grey, 255], 4 * i);
    }
    one.getContext("2d").putImageData(pixels, 0, 0);
    context.drawImage(one, x, y);
    if (!verdicts) continue;
    context.fillStyle = colour("line");
    context.fillRect(x, y + 29, 28, 2);
    context.fillStyle = colour("d");
    context.fillRect(x, y + 29, 28 * verdicts[k], 2);
  }
}

// Curves [{ values, colour, dash }] over steps; `line` is a reference. Beyond 10 the axis is logarithmic above 1.
export function drawCurves(canvas, curves, { line, lineName, percent = false }) {
  const ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const smooth = curves.map((curve) => ({ ...curve, values: thinned(curve.values, width) }));
  const length = Math.max(20, ...curves.map(({ values }) => values.length));
  const values = smooth.flatMap((curve) => curve.values.map(([, value]) => value)).filter(Number.isFinite);
  const low = percent ? 0 : Math.min(0, ...values), high = percent ? 1 : Math.max(1.5, ...values);
  const bend = (value) => (value > 1 ? 1 + Math.log10(value) : value < -1 ? -1 - Math.log10(-value) : value);
  const bent = high > 10 || low < -10, place = bent ? bend : (value) => value;
  const left = 44, right = width - 62, top = 10, bottom = height - 22;
  const x = (step) => left + ((right - left) * step) / length;
  const y = (value) => bottom - ((bottom - top) * (place(value) - place(low))) / (place(high) - place(low));
  context.strokeStyle = colour("line");
  context.fillStyle = colour("faint");
  context.textBaseline = "middle";
  for (const value of ticks(low, high, bent, percent)) {
    context.beginPath();
    context.moveTo(left, y(value));
    context.lineTo(right, y(value));
    context.stroke();
    context.textAlign = "right";
    context.fillText(percent ? `${Math.round(100 * value)} %` : String(value), left - 6, y(value));
  }
  context.textAlign = "right";
  context.fillText(`${length} steps`, right, bottom + 13);
  context.textAlign = "left";
  context.fillText("0", left, bottom + 13);
  trace(context, [[0, line], [length, line]], x, y, colour("faint"), [2, 4]);
  for (const curve of smooth) trace(context, curve.values, x, y, colour(curve.colour), curve.dash ?? []);
  context.fillText(lineName, right + 5, y(line)); // beside the curves, whose ends it must not hide
}

function trace(context, points, x, y, colour, dash) {
  context.strokeStyle = colour;
  context.lineWidth = 1.8;
  context.lineJoin = "round";
  context.setLineDash(points.length > 1 ? dash : []);
  context.beginPath();
  points.forEach(([step, value], i) => context[i ? "lineTo" : "moveTo"](x(step), y(value)));
  if (points.length === 1) context.arc(x(points[0][0]), y(points[0][1]), 1.5, 0, 2 * Math.PI);
  context.stroke();
  context.setLineDash([]);
  context.lineWidth = 1;
}

// Means of so many neighbours that a curve has at most a point for every third pixel.
function thinned(values, width) {
  const share = Math.max(1, Math.ceil((3 * values.length) / width)), points = [];
  for (let i = 0; i < values.length; i += share) {
    const some = values.slice(i, i + share);
    points.push([i + some.length / 2, some.reduce((sum, value) => sum + value, 0) / some.length]);
  }
  return points;
}

function ticks(low, high, bent, percent) {
  if (percent) return [0, 0.5, 1];
  if (bent) return [-100, -10, 0, 1, 10, 100, 1000, 10000].filter((value) => value >= low && value <= high);
  const step = high - low > 4 ? 2 : high - low > 2 ? 1 : 0.5;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}
