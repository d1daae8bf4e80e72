"use strict";
(() => {
  const colours = ["#1f6fb2", "#d1701f", "#2f8f4e", "#9046a8", "#b3261e", "#6d7a8a", "#00838f", "#a58a00", "#c2185b"];
  const report = JSON.parse(document.getElementById("data").textContent);
  const ms = v => v == null ? "–" : v < 100 ? v.toFixed(2) + " ms" : Math.round(v) + " ms";
  const percent = v => +(100 * (1 - 1 / v)).toPrecision(7) + " %";
  const series = (steps, value) => steps.map((step, i) => ({ label: step.name, stroke: colours[i % colours.length], width: 2, points: { show: false }, value }));

  const draw = (where, caption, options, data) => {
    const figure = where.appendChild(document.createElement("figure"));
    figure.appendChild(document.createElement("figcaption")).textContent = caption;
    const width = () => figure.clientWidth;
    const chart = new uPlot({ width: width(), height: 280, cursor: { drag: { x: true, y: false } }, ...options }, data, figure);
    addEventListener("resize", () => chart.setSize({ width: width(), height: 280 }));
  };

  // Each nine is as wide as the one before it, or the tail would be a hair at the right edge.
  const distribution = (where, steps) => {
    const points = steps[0].distribution.filter(p => p.percent < 100);
    const nines = points.map(p => 1 / (1 - p.percent / 100));
    const most = Math.max(...steps.map(step => step.count));
    const kept = nines.filter(n => n <= Math.max(most, 10)).length;
    draw(where, "Latency distribution", {
      scales: { x: { time: false, distr: 3, log: 10, range: (_, min, max) => [1, Math.max(max, 10)] }, y: { distr: 3, log: 10 } },
      axes: [
        { values: (_, splits) => splits.map(v => Math.log10(v) % 1 === 0 ? percent(v) : null), label: "answers that took at most so long", labelSize: 22 },
        { values: (_, splits) => splits.map(v => Math.log10(v).toFixed(6) % 1 == 0 ? v : null), size: 60, label: "ms", labelSize: 18 },
      ],
      series: [{ label: "of all", value: (_, v) => v == null ? "–" : percent(v) }, ...series(steps, (_, v) => ms(v))],
    }, [
      nines.slice(0, kept),
      ...steps.map(step => step.distribution.slice(0, kept).map((p, i) => nines[i] <= step.count ? p.ms : null)),
    ]);
  };

  const overTime = (where, caption, unit, steps, pick, value) => {
    const longest = steps.reduce((a, b) => b.timeline.length > a.timeline.length ? b : a);
    const at = longest.timeline.map(point => point.at_second);
    draw(where, caption, {
      scales: { x: { time: false, range: (_, min, max) => [0, max] }, y: { range: (_, min, max) => [0, max > 0 ? max * 1.1 : 1] } },
      axes: [{ label: "seconds", labelSize: 22 }, { size: 70, label: unit, labelSize: 18 }],
      series: [{ label: "at", value: (_, v) => v == null ? "–" : v.toFixed(1) + " s" }, ...series(steps, value)],
    }, [at, ...steps.map(step => at.map((_, i) => step.timeline[i] ? pick(step.timeline[i]) : null))]);
  };

  report.scenarios.forEach((scenario, i) => {
    const steps = scenario.steps.filter(step => step.count > 0);
    if (steps.length === 0) return;
    const where = document.getElementById("charts-" + i);
    distribution(where, steps);
    overTime(where, "Right answers over time", "a second", steps, point => point.rate_per_second, (_, v) => v == null ? "–" : Math.round(v) + "/s");
    overTime(where, "Slowest of 99 of 100 answers over time", "ms", steps, point => point.p99_ms, (_, v) => ms(v));
    if (steps.some(step => step.error_count > 0)) overTime(where, "Errors over time", "in the interval", steps, point => point.errors, (_, v) => v == null ? "–" : String(v));
  });
})();
