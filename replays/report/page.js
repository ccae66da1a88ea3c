"use strict";
// Everything is drawn already; this adds the cross-hair, zooming and the copying of commands.
// All charts share one span of time, so they are looked at, and zoomed, together.
const UNITS = 1000000;
const HALF_BODY = 0.38;
const CLOSEST = 1 / 60;
const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const SPANS = [1, 5, 15, 30].map((n) => n * MINUTE).concat(
  [1, 3, 6, 12].map((n) => n * HOUR), [1, 2, 7, 14, 30, 91, 182, 365].map((n) => n * DAY));
let from = 0, to = 1;

const charts = [...document.querySelectorAll(".chart")].map((figure) => {
  const part = (name) => figure.querySelector(name);
  const told = figure.dataset;
  return {
    figure, marks: part(".marks"), plot: part(".plot"), pane: part(".pane"), hair: part(".hair"),
    ticks: part(".ticks"), first_ticks: part(".ticks").innerHTML, words: part("output"),
    whole: part(".whole"), first: +told.first, last: +told.last, low: +told.low,
    high: +told.high, unit: told.unit, read: null,
  };
});

// The drawn paths are the data: [x, lowest, highest, words, x of the moment] by x, in units.
function series(chart) {
  if (chart.read) return chart.read;
  const value = (y) => spelt(chart, chart.low + (1 - y / UNITS) * (chart.high - chart.low));
  const found = new Map();
  for (const path of chart.figure.querySelectorAll("path.line[data-name], path.bars")) {
    const numbers = path.getAttribute("d").match(/-?\d+/g).map(Number);
    const name = path.dataset.name;
    const points = found.get(name) || [];
    if (path.classList.contains("bars")) {
      for (let n = 0; n < numbers.length; n += 8) {
        const [x, high, low, left, open, , close] = numbers.slice(n, n + 8);
        points.push([x, low, high, () =>
          `open ${value(open)} high ${value(high)} low ${value(low)} close ${value(close)}`,
          x - (x - left) / HALF_BODY / 2]);
      }
    } else {
      for (let n = 0; n < numbers.length; n += 2) {
        const y = numbers[n + 1];
        points.push([numbers[n], y, y, () => value(y), numbers[n]]);
      }
    }
    found.set(name, points);
  }
  for (const points of found.values()) points.sort((a, b) => a[0] - b[0]);
  return (chart.read = found);
}

function spelt(chart, value) {
  const digits = Math.max(0, 3 - Math.floor(Math.log10(chart.high - chart.low)));
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
    + chart.unit;
}
function moment(chart, share) {
  const at = chart.first + share * (chart.last - chart.first);
  return new Date(Math.round(at / MINUTE) * MINUTE).toISOString().slice(0, 16).replace("T", " ");
}
function at(points, x) {
  let low = 0, high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < x) low = middle + 1; else high = middle;
  }
  return low && x - points[low - 1][0] < points[low][0] - x ? low - 1 : low;
}

function point(share) {
  const x = (from + share * (to - from)) * UNITS;
  for (const chart of charts) {
    chart.hair.style.cssText = `display:block;left:${share * 100}%`;
    const told = [];
    let place = x;
    for (const [name, points] of series(chart)) {
      if (!points.length) continue;
      const found = points[at(points, x)];
      place = found[4];
      told.push(`${series(chart).size > 1 ? name + " " : ""}${found[3]()}`);
    }
    chart.words.textContent = `${moment(chart, place / UNITS)} · ${told.join(" · ")}`;
  }
}
function leave() {
  for (const chart of charts) {
    chart.hair.style.display = "none";
    chart.words.textContent = "";
  }
}

function zoom(begin, end) {
  const middle = (begin + end) / 2, width = Math.min(1, Math.max(end - begin, CLOSEST));
  from = Math.min(Math.max(0, middle - width / 2), 1 - width);
  to = from + width;
  charts.forEach(width < 1 ? close : whole);
}
function whole(chart) {
  if (chart.marks) chart.marks.style.removeProperty("--sign");
  chart.pane.style.cssText = "";
  chart.ticks.innerHTML = chart.first_ticks;
  chart.whole.hidden = true;
}
function close(chart) {
  let top = UNITS, bottom = 0;
  for (const points of series(chart).values()) {
    if (!points.length) continue;
    const last = Math.min(points.length - 1, at(points, to * UNITS) + 1);
    for (let n = Math.max(0, at(points, from * UNITS) - 1); n <= last; n += 1) {
      top = Math.min(top, points[n][2]);
      bottom = Math.max(bottom, points[n][1]);
    }
  }
  const room = Math.max((bottom - top) * 0.08, UNITS / 400);
  top -= room;
  bottom += room;
  const times = to - from, values = (bottom - top) / UNITS;
  chart.pane.style.cssText = `left:${-from / times * 100}%;width:${100 / times}%;`
    + `top:${-top / UNITS / values * 100}%;height:${100 / values}%`;
  const value = (y) => chart.low + (1 - y / UNITS) * (chart.high - chart.low);
  if (chart.marks) chart.marks.style.setProperty("--sign", times < 0.25 ? 1 : 0.8);
  drawTicks(chart, value(bottom), value(top));
  chart.whole.hidden = false;
}
function drawTicks(chart, low, high) {
  const all = chart.last - chart.first;
  const first = chart.first + from * all, last = chart.first + to * all;
  const span = SPANS.find((each) => each >= (last - first) / 8) || SPANS[SPANS.length - 1];
  const rough = (high - low) / 7, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((n) => n * power >= rough) * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const made = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) {
    const words = (n * step + 0).toLocaleString("en",
      { minimumFractionDigits: digits, maximumFractionDigits: digits }) + chart.unit;
    made.push(tick("y", "bottom", (n * step - low) / (high - low), words));
  }
  for (let n = Math.ceil(first / span); n * span <= last; n += 1) {
    const text = new Date(n * span).toISOString();
    const words = span < DAY && (n * span) % DAY ? text.slice(11, 16)
      : last - first > 200 * DAY ? text.slice(0, 7) : text.slice(5, 10);
    made.push(tick("x", "left", (n * span - first) / (last - first), words));
  }
  chart.ticks.replaceChildren(...made);
}
function tick(kind, side, share, words) {
  const line = document.createElement("div"), text = document.createElement("span");
  line.className = kind;
  line.style[side] = `${share * 100}%`;
  text.textContent = words;
  line.append(text);
  return line;
}

for (const chart of charts) {
  let begun = null;
  const share = (event) => {
    const box = chart.plot.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  chart.plot.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    begun = share(event);
    chart.plot.setPointerCapture(event.pointerId);
  });
  chart.plot.addEventListener("pointermove", (event) => {
    point(share(event));
    if (begun === null) return;
    const width = share(event) - begun;
    chart.hair.style.left = `${Math.min(begun, begun + width) * 100}%`;
    chart.hair.style.width = `${Math.abs(width) * 100}%`;
  });
  chart.plot.addEventListener("pointerup", (event) => {
    const [a, b] = [begun, share(event)].sort((one, other) => one - other);
    if (begun !== null && b - a > 0.02) {
      leave();
      zoom(from + a * (to - from), from + b * (to - from));
    }
    begun = null;
  });
  chart.plot.addEventListener("pointerleave", leave);
  chart.plot.addEventListener("pointercancel", () => { begun = null; leave(); });
  chart.plot.addEventListener("dblclick", () => zoom(0, 1));
  chart.whole.addEventListener("click", () => zoom(0, 1));
}

document.addEventListener("click", async (event) => {
  const text = event.target.dataset && event.target.dataset.copy;
  if (!text) return;
  try {
    await navigator.clipboard.writeText(text);
    event.target.textContent = "copied";
  } catch {
    window.prompt("Copy this command", text);
  }
});
