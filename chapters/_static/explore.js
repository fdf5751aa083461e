// Figures that a reader moves. The numbers are the published records, laid into the page; nothing
// is loaded, and nothing leaves it.
"use strict";

const explorer = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 320, HEIGHT = 26, MARGIN = 8;

  const element = (name, attributes = {}, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const drawn = (name, attributes) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const mean = values => values.reduce((sum, each) => sum + each, 0) / values.length;
  const shown = value => value.toFixed(3);
  // Thousands parted as the book's tables have them.
  const grouped = number => number.toLocaleString("en").replaceAll(",", "\u202f");

  // ---- seeds of a family of records, one choice at a time

  const placeOf = (chosen, choose) =>
    choose.reduce((place, { titles }, which) => place * titles.length + chosen[which], 0);

  // How much lower, or higher, than on the rung before.
  const stepOf = (value, before) => {
    const step = value - before;
    return `${step < 0 ? "\u2212" : "+"}${Math.abs(step).toFixed(3)}`;
  };

  const strip = (row, values, before, printed, seed, low) => {
    const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
    const at = value => MARGIN + (WIDTH - 2 * MARGIN) * Math.max(0, (value - low) / (1 - low));
    const middle = HEIGHT / 2;
    svg.append(drawn("line", { x1: MARGIN, x2: WIDTH - MARGIN, y1: middle, y2: middle, class: "axis" }));
    if (before !== null && values.length) {
      const now = seed === null ? mean(values) : values[Math.min(seed, values.length - 1)];
      svg.append(drawn("line", {
        x1: at(before), x2: at(now), y1: middle, y2: middle, stroke: row.colour, class: "step",
      }));
    }
    values.forEach((value, which) => {
      if (seed !== null && which !== seed) return;
      svg.append(drawn("circle", {
        cx: at(value), cy: middle, r: seed === null ? 4 : 6, fill: row.colour,
        "fill-opacity": seed === null ? 0.45 : 1, class: "seed",
      }));
    });
    if (seed === null) {
      const x = at(mean(values));
      svg.append(drawn("line", { x1: x, x2: x, y1: 3, y2: HEIGHT - 3, class: "mean" }));
    }
    if (printed !== null) {
      const x = at(printed);
      svg.append(drawn("path", {
        d: `M${x - 5} ${middle - 5}l10 10m0 -10l-10 10`, class: "printed",
      }));
    }
    return svg;
  };

  const seeds = (place, data) => {
    const state = { chosen: data.choose.map(() => 0), seed: null };
    const controls = element("div", { class: "explore-controls" });
    const table = element("table", { class: "explore-strips" });
    // The table shows it; this says it to who listens.
    const said = element("p", { class: "visually-hidden", role: "status", "aria-live": "polite" });
    const many = Math.max(...data.values.flat().map(each => (each ? each.length : 0)));

    // The rung before the one that is shown, where the last choice is a ladder's.
    const last = data.choose.length - 1, ladder = data.choose[last].name === "rung";
    const cellBefore = () => (ladder && state.chosen[last] > 0
      ? placeOf(state.chosen.map((each, which) => each - (which === last)), data.choose) : null);
    const valueOf = known => (!known || !known.length ? null
      : state.seed === null ? mean(known) : known[Math.min(state.seed, known.length - 1)]);

    const draw = () => {
      const cell = placeOf(state.chosen, data.choose), earlier = cellBefore();
      const titles = data.choose.map(({ titles }, which) => titles[state.chosen[which]]);
      const body = element("tbody");
      const parts = [];
      data.rows.forEach((row, which) => {
        const values = data.values[cell][which], printed = data.printed[cell][which];
        if (!values && printed === null) return;
        const known = values || [], value = valueOf(known);
        const before = earlier === null ? null : valueOf(data.values[earlier][which]);
        const numbers = (value === null ? "not run" : shown(value))
          + (value === null || before === null ? "" : ` (${stepOf(value, before)})`)
          + (printed === null ? "" : `, printed ${printed}`);
        body.append(element("tr", {},
          element("th", { scope: "row" }, row.title),
          element("td", {}, strip(row, known, before, printed, state.seed, data.low)),
          element("td", { class: "explore-number" }, numbers)));
        parts.push(`${row.title} ${numbers}`);
      });
      const which = state.seed === null ? `mean of ${many} seeds` : `seed ${data.seed + state.seed}`;
      const dots = state.seed === null ? "Each dot a seed, the line their mean" : "The dot one seed";
      const crosses = data.printed.flat().some(each => each !== null);
      const key = `${dots}${crosses ? ", a cross what is printed" : ""}`
        + (earlier === null ? "" : "; the broad bar, and the number in brackets, the difference to the rung before");
      const nothing = `${titles.join(", ")}: not in the paper's table, and not run.`;
      const shownHere = titles.join(", ");
      const caption = body.rows.length
        ? `${shownHere.charAt(0).toUpperCase()}${shownHere.slice(1)}, ${which}. ${key}; ${data.label}, from ${data.low} to 1.`
        : nothing;
      table.replaceChildren(element("caption", {}, caption), body);
      said.textContent = body.rows.length
        ? `${titles.join(", ")}, ${which}: ${parts.join("; ")}.`
        : nothing;
    };

    data.choose.forEach(({ name, titles }, which) => {
      const id = `${place.dataset.number}-${name}`;
      const range = element("input", {
        type: "range", min: 0, max: titles.length - 1, step: 1, value: 0, id,
      });
      const output = element("output", { for: id }, titles[0]);
      range.setAttribute("aria-valuetext", titles[0]);
      range.addEventListener("input", () => {
        state.chosen[which] = Number(range.value);
        output.textContent = titles[state.chosen[which]];
        range.setAttribute("aria-valuetext", output.textContent);
        draw();
      });
      controls.append(element("p", {}, element("label", { for: id }, name), range, output));
    });
    const next = element("button", { type: "button" }, "Draw a seed");
    next.addEventListener("click", () => {
      state.seed = state.seed === null ? 0 : (state.seed + 1) % many;
      draw();
    });
    const all = element("button", { type: "button" }, "All seeds");
    all.addEventListener("click", () => { state.seed = null; draw(); });
    controls.append(element("p", {}, next, " ", all));
    place.append(controls, table, said);
    draw();
  };

  // ---- alarms, by how rare an attack is

  const LEAST = 2, MOST = 1e5, STEPS = 100, FIELD = 100;
  const flowsOf = step => {
    const exact = LEAST * (MOST / LEAST) ** (step / STEPS);
    const digits = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1);
    return Math.round(exact / digits) * digits;
  };
  // Of all alarms, the share that an attack raised.
  const realShare = (row, flows) => {
    const found = (1 - row.fnr) / flows, wrong = row.fpr * (1 - 1 / flows);
    return found + wrong > 0 ? found / (found + wrong) : null;
  };

  const alarms = (place, data) => {
    const id = place.dataset.number;
    const classifier = element("select", { id: `${id}-classifier` },
      ...data.rows.map(({ title }, which) => element("option", { value: which }, title)));
    const range = element("input", {
      type: "range", min: 0, max: STEPS, step: 1, value: 32, id: `${id}-flows`,
    });
    const output = element("output", { for: `${id}-flows` });
    const field = element("div", { class: "explore-field", "aria-hidden": "true" });
    const said = element("p", { class: "explore-said", role: "status", "aria-live": "polite" });
    const draw = () => {
      const row = data.rows[Number(classifier.value)], flows = flowsOf(Number(range.value));
      const share = realShare(row, flows), real = Math.round(FIELD * (share ?? 0));
      output.textContent = `one attack flow in ${grouped(flows)}`;
      range.setAttribute("aria-valuetext", output.textContent);
      field.replaceChildren(...Array.from({ length: share === null ? 0 : FIELD }, (_, which) =>
        element("span", { class: which < real ? "real" : "false" })));
      const perDay = Math.round(10000 * row.fpr * (1 - 1 / flows));
      said.textContent = share === null
        ? `${row.title} raises no alarm.`
        : `${row.title}: of 100 alarms ${real} are real. It finds `
          + `${Math.round(100 * (1 - row.fnr))} of 100 attack flows and raises `
          + `${grouped(perDay)} false alarms in ${grouped(10000)} flows.`;
    };
    classifier.addEventListener("input", draw);
    range.addEventListener("input", draw);
    place.append(
      element("div", { class: "explore-controls" },
        element("p", {}, element("label", { for: classifier.id }, "Classifier"), classifier),
        element("p", {}, element("label", { for: range.id }, "Attacks"), range, output)),
      field, said);
    draw();
  };

  const KINDS = { seeds, alarms };
  const start = () => {
    document.querySelectorAll(".explore[hidden]").forEach((place, number) => {
      place.dataset.number = `explore-${number}`;
      const data = JSON.parse(place.querySelector("script").textContent);
      place.hidden = false;
      KINDS[place.dataset.kind](place, data);
    });
  };
  return { start, flowsOf, realShare };
})();

explorer.start();
