"use strict";
const charts = JSON.parse(document.getElementById("charts").textContent);
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const day = (ms) => new Date(ms);

function layout(more) {
  const grid = { gridcolor: colour("--line"), zerolinecolor: colour("--line"), automargin: true };
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: colour("--quiet"), family: "inherit", size: 12 },
    margin: { l: 8, r: 8, t: 8, b: 8 }, hovermode: "x unified",
    hoverlabel: { bgcolor: colour("--panel"), font: { color: colour("--ink") } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("--line"), activecolor: colour("--quiet") },
    legend: { orientation: "h", yanchor: "bottom", y: 1.01, x: 0 },
    xaxis: { ...grid, type: "date", rangeslider: { visible: false } }, yaxis: { ...grid },
    ...more,
  };
}
const config = { responsive: true, displaylogo: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };

function drawEquity() {
  const palette = ["--accent", "--second", "--third", "--gain", "--loss"].map(colour);
  Plotly.react("equity", charts.equity.map((each, n) => ({
    type: "scatter", mode: "lines", name: each.name, x: each.x.map(day), y: each.y,
    line: { width: n ? 1.2 : 1.8, color: palette[n % palette.length] },
  })), layout({ showlegend: charts.equity.length > 1 }), config);
}

function drawFall() {
  const several = charts.drawdown.length > 1;
  const palette = (several ? ["--accent", "--second"] : ["--loss"]).map(colour);
  Plotly.react("drawdown", charts.drawdown.map((each, n) => ({
    type: "scatter", mode: "lines", fill: several ? "none" : "tozeroy", name: each.name,
    x: each.x.map(day), y: each.y, line: { width: 1, color: palette[n] },
  })), layout({ showlegend: several, yaxis: { gridcolor: colour("--line"), ticksuffix: " %", automargin: true } }), config);
}

function marks(points, name, symbols) {
  return {
    type: "scatter", mode: "markers", name, x: points.map((p) => day(p[0])),
    y: points.map((p) => p[1]), text: points.map((p) => `${p[4]}: ${p[3]}`),
    hovertemplate: "%{y} %{text}<extra></extra>",
    marker: { size: 8, symbol: points.map((p) => symbols[p[2]]),
      color: points.map((p) => colour(p[3] >= 0 ? "--gain" : "--loss")),
      line: { width: 1, color: colour("--ground") } },
  };
}

function stops(trades) {
  const x = [], y = [];
  for (const [from, to, price] of trades) {
    x.push(day(from), day(to), null);
    y.push(price, price, null);
  }
  return { type: "scatter", mode: "lines", name: "first stop", x, y, hoverinfo: "y",
    line: { width: 1.2, dash: "dot", color: colour("--second") } };
}

function drawPrice(each) {
  Plotly.react(`price-${each.symbol}`, [
    { type: "candlestick", name: each.symbol, x: each.x.map(day), open: each.open,
      high: each.high, low: each.low, close: each.close, hoverinfo: "x+y",
      increasing: { line: { color: colour("--quiet"), width: 1 } },
      decreasing: { line: { color: colour("--quiet"), width: 1 } } },
    stops(each.stops),
    marks(each.entries, "entry", { long: "triangle-up", short: "triangle-down" }),
    marks(each.exits, "exit", { long: "x-thin-open", short: "x-thin-open" }),
  ], layout({ hovermode: "closest" }), config);
}

function addPrices() {
  const place = document.getElementById("prices");
  for (const each of charts.prices) {
    const title = document.createElement("h2");
    title.textContent = each.symbol;
    place.append(title);
    if (each.left_out) {
      const note = document.createElement("p");
      note.className = "quiet";
      note.textContent = `${each.entries.length} trades are marked, ${each.left_out} more are not.`;
      place.append(note);
    }
    const chart = document.createElement("div");
    chart.className = "chart";
    chart.id = `price-${each.symbol}`;
    place.append(chart);
  }
}

function draw() {
  drawEquity();
  drawFall();
  charts.prices.forEach(drawPrice);
}

addPrices();
draw();
dark.addEventListener("change", draw);
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
