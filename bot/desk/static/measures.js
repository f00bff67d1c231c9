// Draws the measures from the numbers that stand in the tables of the page. Without this script, or without the numbers, the
// tables say everything; so a picture is only shown once it is drawn.
const home = document.querySelector("[data-measures]");
const MINUTE = 60;
const UNITS = { minute: { seconds: MINUTE, name: "分钟" }, hour: { seconds: 60 * MINUTE, name: "小时" }, count: { seconds: 1, name: "次" } };
/* Dash and sign of a line, pattern of a bar, by its place: the swatches of measures.css show the same. */
const LINES = [{ type: "solid", symbol: "circle" }, { type: "dashed", symbol: "rect" }, { type: "dotted", symbol: "triangle" }];
const SLANT = Math.PI / 4;

function inWords(seconds) {
  const whole = Math.floor(seconds);
  if (whole < MINUTE) return `${whole}秒`;
  if (whole < 60 * MINUTE) return `${Math.floor(whole / MINUTE)}分${whole % MINUTE}秒`;
  return `${Math.floor(whole / 3600)}小时${Math.floor((whole % 3600) / MINUTE)}分`;
}

const coloured = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();

/** The pattern of a bar on the page's ground: none, stripes, dots. */
function pattern(place, ground) {
  if (place === 0) return { symbol: "none" };
  if (place === 1) return { symbol: "rect", color: ground, dashArrayX: [1, 0], dashArrayY: [3, 3], rotation: SLANT };
  return { symbol: "circle", color: ground, symbolSize: 0.7, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0] };
}

function series(figure, chart, ground) {
  const unit = UNITS[chart.unit].seconds;
  const drawn = chart.series.map((one, place) => {
    const color = getComputedStyle(figure.querySelector(`.swatch.${one.key}`)).color;
    const data = one.values.map((value) => (value === null || (value === 0 && chart.unit === "count") ? null : value / unit));
    if (chart.unit === "count") {
      return { type: "bar", stack: "all", data, barMaxWidth: 36, itemStyle: { color, borderColor: color, decal: pattern(place, ground) } };
    }
    const { type, symbol } = LINES[place];
    return { type: "line", data, symbol, symbolSize: 8, showAllSymbol: true, itemStyle: { color }, lineStyle: { color, type, width: 2.5 } };
  });
  if (chart.target) {
    const color = getComputedStyle(figure.querySelector(".swatch.target")).color;
    const data = chart.series[0].values.map(() => chart.target / unit);
    drawn.push({ type: "line", data, symbol: "none", silent: true, lineStyle: { color, type: [2, 5], width: 2 } });
  }
  return drawn;
}

function options(figure, chart, periods) {
  const [ink, line, ground] = ["--soft", "--line", "--paper"].map((name) => coloured(document.documentElement, name));
  const font = { color: ink, fontSize: 13 };
  return {
    animation: false, aria: { enabled: false }, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 12, top: 34, bottom: 4, containLabel: true },
    xAxis: {
      type: "category", data: periods.map((one) => (one.running ? `${one.label}\n未完` : one.label)),
      axisLabel: { ...font, hideOverlap: true, showMaxLabel: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
    },
    yAxis: {
      type: "value", min: 0, minInterval: chart.unit === "count" ? 1 : 0, name: UNITS[chart.unit].name, nameTextStyle: font,
      axisLabel: font, splitLine: { lineStyle: { color: line } },
    },
    series: series(figure, chart, ground),
  };
}

/** The numbers of the period under the pointer, in words; the same stand in the table. */
function readOut(figure, drawing, chart, periods) {
  const place = figure.querySelector(".readout");
  drawing.getZr().on("mousemove", ({ offsetX, offsetY }) => {
    const at = drawing.containPixel("grid", [offsetX, offsetY]) ? Math.round(drawing.convertFromPixel("grid", [offsetX, offsetY])[0]) : -1;
    const said = chart.series.map(({ name, values }) => [name, values[at]]).filter(([, value]) => value !== null && value !== undefined);
    const words = said.map(([name, value]) => `${name} ${chart.unit === "count" ? value : inWords(value)}`);
    if (periods[at]) place.textContent = `${periods[at].label}：${words.join("；") || "没有"}`;
  });
}

function draw(figure, chart, periods) {
  figure.hidden = false;
  const drawing = window.echarts.init(figure.querySelector(".drawn"));
  const paint = () => drawing.setOption(options(figure, chart, periods), true);
  paint();
  readOut(figure, drawing, chart, periods);
  new ResizeObserver(() => drawing.resize()).observe(figure);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
}

try {
  const answer = await fetch(home.dataset.measures, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  const { periods, charts } = await answer.json();
  for (const chart of charts) {
    const figure = document.querySelector(`[data-chart="${chart.key}"]`);
    if (figure) draw(figure, chart, periods); // where nothing has happened there is no room for a picture
  }
} catch {
  document.getElementById("chart-problem").hidden = false;
  document.querySelectorAll(".measure details").forEach((details) => details.setAttribute("open", ""));
}
