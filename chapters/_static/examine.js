// The examination of printed scores in the browser: lib/review/scores, in the same order of
// operations, so that both give the same answers. Nothing leaves the page.
"use strict";

const examination = (() => {
  const HEADINGS = {
    accuracy: ["accuracy", "acc", "accuracy rate", "accuracy score", "test accuracy"],
    precision: ["precision", "prec", "ppv", "positive predictive value", "precision rate",
      "precision score"],
    recall: ["recall", "rec", "sensitivity", "tpr", "true positive rate", "detection rate", "dr",
      "recall rate", "recall score", "tp rate", "sens", "hit rate"],
    f1: ["f1", "f1 score", "f score", "f measure", "f1 measure", "fscore", "f1score",
      "f 1", "f 1 score", "f 1 measure", "fmeasure", "f1measure"],
    specificity: ["specificity", "tnr", "true negative rate", "tn rate", "spec"],
    fpr: ["fpr", "false positive rate", "false alarm rate", "fp rate"],
    fnr: ["fnr", "false negative rate", "miss rate", "fn rate"],
  };
  const SMALL = ["fpr", "fnr"];
  const SCORES = Object.keys(HEADINGS);
  const READINGS = ["rounded", "cut", "either"];
  const AVERAGES = ["positive", "macro", "weighted"];
  const AVERAGED = ["accuracy", "precision", "recall", "f1"];
  const EMPTY = ["", "-", "--", "---", "\u2013", "\u2014", "n/a", "na", "n.a.", "nan", "none",
    "null"];
  const RULE = /^[\s|:+=-]*[-=][\s|:+=-]*$/, BOLD = /^(\*\*|__|\*|`)(.+)\1$/;
  const LATEX_ROW = /&.*\\\\/, LATEX_MARK = /(?<!\\)&/, IN_PERCENT = /[([]\s*%\s*[)\]]/;
  const LATEX_COMMAND = /\\[A-Za-z]+\s*(?:\{[^{}]*\}\{[^{}]*\})?\{([^{}]*)\}/g;
  const LATEX_SIGNS = { "\\pm": "±", "\\sim": "≈", "\\approx": "≈", "\\%": "%", "\\&": "&",
    "\\_": "_" };
  const MOST_DECIMALS = { 1: 7, 100: 5 };
  const MOST_ROWS = 200, MOST_CANDIDATES = 200000, SAMPLED = 64, MOST_AVERAGED = 5000000;
  const MOST_ROWS_AVERAGED = 20000, CHUNK = 1000000, SLACK = 1e-12;
  const MOST_SIZES = 10000000, MOST_MATRICES = 4, MOST_INSTEAD = 50, MOST_NEARLY = 4;
  const MOST_AVERAGED_SHARES = 10;

  class Problem extends Error {}

  // ---- the table: lib/review/scores/layout.py and table.py

  const numberOf = text => {
    let [whole, ...rest] = text.trim().split(".");
    const mark = whole.includes(" ") ? " " : ",";
    const groups = whole.replace(/^[+-]+/, "").split(mark);
    const wrong = groups.slice(1).some(group => group.length !== 3);
    if (groups.length > 1 && (groups[0].length > 3 || wrong)) throw new Problem();
    const plain = whole.split(mark).join("") + (rest.length ? "." + rest.join(".") : "");
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) || !Number.isFinite(Number(plain))) {
      throw new Problem();
    }
    return plain;
  };
  const decimalsOf = text => (text.includes(".") ? text.length - text.indexOf(".") - 1 : 0);

  const scoreOf = heading => {
    const open = heading.toLowerCase().replace(/\([^)]*\)|\[[^\]]*\]/g, " ");
    const plain = open.replace(/[^a-z0-9]+/g, " ").trim().split(/\s+/).join(" ");
    return SCORES.find(score => HEADINGS[score].includes(plain)) || "";
  };

  const fieldsOf = (line, mark) => {
    const fields = [];
    let field = "", quoted = false;
    for (let n = 0; n < line.length; n++) {
      const one = line[n];
      if (quoted) {
        if (one === '"' && line[n + 1] === '"') { field += '"'; n++; }
        else if (one === '"') quoted = false;
        else field += one;
      } else if (one === '"' && field === "") quoted = true;
      else if (one === mark) { fields.push(field.trim()); field = ""; }
      else field += one;
    }
    fields.push(field.trim());
    return fields;
  };

  const withoutCommands = field => {
    let text = field.replaceAll("$", "").replaceAll("~", " ");
    for (const [command, sign] of Object.entries(LATEX_SIGNS)) text = text.replaceAll(command, sign);
    for (let before = null; before !== text;) {
      before = text;
      text = text.replace(LATEX_COMMAND, "$1");
    }
    return text.replace(/\\[A-Za-z]+|[{}]/g, "").trim();
  };
  const latexFields = line => {
    const end = line.lastIndexOf("\\\\");
    return (end > 0 ? line.slice(0, end) : line).split(LATEX_MARK).map(withoutCommands);
  };
  const withoutOuterBars = lines => {
    const first = lines.every(line => line.startsWith("|")) ? 1 : 0;
    const last = lines.every(line => line.endsWith("|")) ? -1 : undefined;
    return lines.map(line => line.slice(first, last));
  };
  const linesOf = text => {
    let lines = text.split(/\r\n|\r|\n/).filter(line => line.trim() && !RULE.test(line));
    if (lines.some(line => LATEX_ROW.test(line))) {
      return lines.filter(line => LATEX_MARK.test(line)).map(latexFields);
    }
    const counts = [..."," + ";" + "\t" + "|"].map(mark => [mark, (lines[0] || "").split(mark).length]);
    const mark = counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
    if (mark !== "|") return lines.map(line => fieldsOf(line, mark));
    lines = withoutOuterBars(lines.filter(line => line.includes("|")).map(line => line.trim()));
    return lines.map(line => fieldsOf(line, mark).map(field => field.replace(BOLD, "$2").trim()));
  };
  const upright = lines => {
    const width = lines[0].length;
    if (lines[0].some(scoreOf) || lines.some(fields => fields.length !== width)) return lines;
    for (let place = 0; place < width; place++) {
      const named = lines.slice(1).map(fields => fields[place].toLowerCase()).filter(scoreOf);
      if (named.length === new Set(named).size && new Set(named.map(scoreOf)).size > 1) {
        const signed = lines.map(fields => fields.map((field, n) =>
          IN_PERCENT.test(lines[0][n]) && /^[\d.,]+$/.test(field) ? `${field}%` : field));
        return signed[0].slice(place).map((_, n) => signed.map(fields => fields[place + n]));
      }
    }
    return lines;
  };

  const plainOf = field => {
    const text = field.replaceAll("%", "").trim();
    return /^\d+,\d+$/.test(text) ? text.replace(",", ".") : text;
  };
  const whatNext = field => (/\u00b1|\+\/-/.test(field)
    ? "Means over several tests need not fit one test, and are not checked: give the rows of the " +
      "single tests, with --folds where they are folds."
    : "Write its digits alone, or - where none is printed.");
  const cellOf = (field, percent, place) => {
    const text = plainOf(field);
    const scale = percent ? 100 : 1;
    let plain;
    try { plain = numberOf(text); } catch {
      throw new Problem(`${place}: '${field}' is no number. ${whatNext(field)}`);
    }
    const share = Number(plain) / scale;
    if (!(share >= 0 && share <= 1)) {
      throw new Problem(`${place}: ${field} is no share: it is not between 0 and ${scale}.`);
    }
    if (/e/i.test(text) || decimalsOf(text) > MOST_DECIMALS[scale]) {
      throw new Problem(
        `${place}: ${field} has more than ${MOST_DECIMALS[scale]} digits behind the point; leave off the rest.`);
    }
    return { text: plain, scale };
  };

  const moved = (first, fields, scores) => {
    const number = /^\d*[.,]\d+\s*%?$/;
    return number.test(fields[scores - 1]) && !number.test(first[scores - 1]) && !fields.at(-1);
  };
  const requireWidth = (head, body, columns, name) => {
    const used = Object.values(columns), scores = Math.min(...used);
    const first = body.find(fields => fields.length === head.length) ?? head;
    body.forEach((fields, n) => {
      while (fields.length > head.length && !fields.at(-1)) fields.pop();
      const remark = fields.length === 1 && !used.includes(0);
      if (fields.length !== head.length && !remark) {
        throw new Problem(`${name}, row ${n + 1} has ${fields.length} fields and the line of names ` +
          `${head.length}. Write - where no score is printed; where commas are decimal, put ` +
          "semicolons between the fields.");
      }
      if (scores && !remark && moved(first, fields, scores)) {
        throw new Problem(`${name}, row ${n + 1}: ${fields[scores - 1]} stands under ` +
          `'${head[scores - 1]}', and the last field is empty. Where a name holds for several ` +
          "rows, write it in each.");
      }
    });
  };
  const requireKnownUnits = (percent, columns, body, name) => {
    for (const score of SMALL) {
      if (!(score in columns) || percent[score] || !Object.values(percent).includes(true)) continue;
      const fields = body.filter(one => columns[score] < one.length)
        .map(one => plainOf(one[columns[score]]));
      const printed = fields.find(text => /^\d*\.?\d+$/.test(text));
      if (printed) {
        throw new Problem(`${name}, ${score}: ${printed} may be a fraction, or percent like other ` +
          `columns. Write a sign: ${printed}%, or ${Number((100 * printed).toPrecision(6))}% if it ` +
          "is a fraction.");
      }
    }
  };
  const placeOfNames = (head, body, columns) => {
    const used = Object.values(columns);
    const others = head.map((_, place) => place).filter(place => !used.includes(place));
    const rows = body.filter(fields => fields.length === head.length);
    const apart = others.filter(place => place < Math.min(...used) &&
      new Set(rows.map(row => row[place])).size === rows.length);
    const words = apart.filter(place => !rows.every(row => /^[\d.]+$/.test(row[place])));
    return [...words, ...apart, ...others, -1][0];
  };

  function parsed(text, name = "the table") {
    const lines = linesOf(text);
    if (lines.length < 2) {
      throw new Problem(`${name} has no row of scores below a line that names the columns.`);
    }
    if (lines[0].join(" ").toLowerCase().split(/\s+/).includes("support")) {
      throw new Problem(`${name} has a line for each class (support). Write one line for the ` +
        "model: its accuracy, and precision, recall and f1 of one class. The support of that class " +
        "goes to --positives, that of all to --rows.");
    }
    const [head, ...body] = upright(lines);
    const columns = {};
    head.forEach((heading, place) => {
      const score = scoreOf(heading);
      if (score && !(score in columns)) columns[score] = place;
    });
    if (!Object.keys(columns).length) {
      const apart = head.join(" ").split(/\s+/).filter(scoreOf).length > 1;
      throw new Problem(`${name} has no column of scores: its first line reads ${head.join(", ")}. ` +
        (apart ? "Put a comma, semicolon, tab or bar between the columns."
          : "Name columns accuracy, precision, recall, f1, specificity, fpr or fnr."));
    }
    if (body.length > MOST_ROWS) {
      throw new Problem(`${name} has ${body.length} rows; a printed table has at most ${MOST_ROWS}.`);
    }
    requireWidth(head, body, columns, name);
    const inPercent = field => {
      if (field === undefined) return false;
      if (field.includes("%")) return true;
      try { return Number(numberOf(plainOf(field))) > 1; } catch { return false; }
    };
    const percent = Object.fromEntries(Object.entries(columns).map(([score, place]) => [
      score, head[place].includes("%") || body.some(fields => inPercent(fields[place]))]));
    requireKnownUnits(percent, columns, body, name);
    const names = placeOfNames(head, body, columns);
    const rows = [];
    body.forEach((fields, n) => {
      const cells = {};
      for (const score of SCORES) {
        const field = score in columns ? fields[columns[score]] : undefined;
        if (field === undefined || EMPTY.includes(field.toLowerCase())) continue;
        cells[score] = cellOf(field, percent[score], `${name}, row ${n + 1}, ${score}`);
      }
      const label = names >= 0 && names < fields.length ? fields[names] : "";
      if (Object.keys(cells).length) rows.push({ name: label || `row ${n + 1}`, cells });
    });
    if (!rows.length) throw new Problem(`${name} has no row with a score.`);
    return rows;
  }

  // ---- which matrices fit, scores of one class

  const endsOf = (cell, reading) => {
    const decimals = decimalsOf(cell.text), unit = 2 * cell.scale * 10 ** decimals;
    const middle = 2 * Number(cell.text.replace(".", ""));
    const low = reading === "cut" ? middle : middle - 1;
    return [low, middle + (reading === "rounded" ? 1 : 2), unit, reading !== "rounded"];
  };
  const fractionEnds = (cell, reading) => {
    const [low, high, unit] = endsOf(cell, reading);
    return [low / unit, high / unit];
  };

  const atLeast = (score, low, unit) => ({
    accuracy: [unit - low, -unit, unit, -unit],
    precision: [0, 0, unit - low, -low],
    recall: [0, -low, unit, 0],
    f1: [0, -low, 2 * unit - low, -low],
    specificity: [unit - low, low - unit, 0, -unit],
    fpr: [-low, low, 0, unit],
    fnr: [0, unit - low, -unit, 0],
  })[score];

  const boundsOf = (cells, reading) => {
    const bounds = [[0, 0, 1, 0], [0, 0, 0, 1], [0, 1, -1, 0], [1, -1, 0, -1]]
      .map(factors => ({ factors, strict: false }));
    for (const [score, cell] of Object.entries(cells)) {
      const [low, high, unit, strict] = endsOf(cell, reading);
      bounds.push({ factors: atLeast(score, low, unit), strict: false });
      bounds.push({ factors: atLeast(score, high, unit).map(each => -each), strict });
    }
    return bounds;
  };

  const gcd = (a, b) => { while (b) [a, b] = [b, a % b]; return a < 0n ? -a : a; };

  const eliminated = (bounds, place) => {
    const kept = new Map();
    const keep = factors => kept.set(factors.join(), factors);
    const below = bounds.filter(each => each[place] > 0n);
    const above = bounds.filter(each => each[place] < 0n);
    bounds.filter(each => each[place] === 0n).forEach(keep);
    for (const low of below) for (const high of above) {
      const joint = low.map((a, n) => low[place] * high[n] - high[place] * a);
      const divisor = joint.reduce(gcd, 0n);
      if (divisor) keep(joint.map(each => each / divisor));
    }
    return [...kept.values()];
  };
  const big = bounds => bounds.map(bound => bound.factors.map(BigInt));

  const less = (a, b) => a[0] * b[1] < b[0] * a[1]; // of fractions with positive denominators

  const shareRange = (cells, reading) => {
    let low = [0n, 1n], high = [1n, 1n];
    for (const [constant, factor] of eliminated(eliminated(big(boundsOf(cells, reading)), 3), 2)) {
      if (factor > 0n) { if (less(low, [-constant, factor])) low = [-constant, factor]; }
      else if (factor < 0n) { if (less([constant, -factor], high)) high = [constant, -factor]; }
      else if (constant < 0n) return null;
    }
    return less(high, low) ? null : [low, high];
  };

  const floorDivide = (a, b) => Math.floor(a / b); // checked below against whole products
  const exactFloor = (a, b) => {
    let whole = floorDivide(a, b);
    while (whole * b > a) whole--;
    while ((whole + 1) * b <= a) whole++;
    return whole;
  };
  const NONE = { positives: [], matrices: 0, first: null };

  const prepared = new Map(); // what does not hang on the size of the test
  const preparedOf = (cells, reading) => {
    const key = reading + JSON.stringify(cells);
    if (!prepared.has(key)) {
      const bounds = boundsOf(cells, reading);
      const ofFound = eliminated(big(bounds), 3).map(each => each.map(Number));
      prepared.set(key, [bounds, ofFound, shareRange(cells, reading)]);
    }
    return prepared.get(key);
  };

  const matricesOf = (cells, rows, reading, positives) => {
    const [bounds, ofFound, share] = preparedOf(cells, reading);
    if (share === null) return NONE;
    const n = BigInt(rows);
    const up = (share[0][0] * n + share[0][1] - 1n) / share[0][1];
    let low = Math.max(1, Number(up)), high = Math.min(rows - 1, Number(share[1][0] * n / share[1][1]));
    if (positives !== null) { low = Math.max(low, positives); high = Math.min(high, positives); }
    if (high - low >= MOST_CANDIDATES) return null;
    const range = [], foundRange = p => {
      let least = 0, most = p;
      for (const [constant, factor, own] of ofFound) {
        if (own > 0) least = Math.max(least, -(constant * rows + factor * p) / own);
        else if (own < 0) most = Math.min(most, (constant * rows + factor * p) / -own);
      }
      return [Math.max(Math.ceil(least - 1e-6), 0), Math.min(Math.floor(most + 1e-6), p)];
    };
    const step = Math.max(1, Math.floor((high - low) / SAMPLED));
    let candidates = 0;
    for (let p = low; p <= high; p += step) {
      const [first, last] = foundRange(p);
      candidates += Math.max(last - first + 1, 0);
    }
    if (step * candidates > 4 * MOST_CANDIDATES) return null;
    candidates = 0;
    for (let p = low; p <= high; p++) {
      const [first, last] = foundRange(p);
      range.push([p, first, last]);
      candidates += Math.max(last - first + 1, 0);
    }
    if (candidates > MOST_CANDIDATES) return null;
    const silent = "precision" in cells && endsOf(cells.precision, reading)[0] > 0;
    const fit = { positives: [], matrices: 0, first: null };
    for (const [p, least, most] of range) {
      let any = false;
      for (let t = least; t <= most; t++) {
        if (t === 0 && silent) continue;
        let first = 0, last = rows - p;
        for (const { factors: [constant, positive, found, own], strict } of bounds) {
          const rest = constant * rows + positive * p + found * t;
          if (own > 0) {
            first = Math.max(first, strict ? exactFloor(-rest, own) + 1 : -exactFloor(rest, own));
          } else if (own < 0) {
            last = Math.min(last, strict ? -exactFloor(-rest, -own) - 1 : exactFloor(rest, -own));
          } else if (strict ? rest <= 0 : rest < 0) last = -1;
        }
        if (last < first) continue;
        any = true;
        fit.matrices += last - first + 1;
        fit.first ||= [t, p - t, first, rows - p - first].map(each => each + 0);
      }
      if (any) fit.positives.push(p);
    }
    return fit.positives.length ? fit : NONE;
  };

  // ---- and as averages over two classes

  const ratio = (a, b) => (b !== 0 ? a / b : 0);
  const averagedScores = (tp, fn, fp, tn, average) => {
    const total = tp + fn + fp + tn;
    const share = average === "macro" ? 0.5 : ratio(tp + fn, total);
    const mix = (own, other) => share * own + (1 - share) * other;
    return {
      accuracy: ratio(tp + tn, total),
      precision: mix(ratio(tp, tp + fp), ratio(tn, tn + fn)),
      recall: mix(ratio(tp, tp + fn), ratio(tn, tn + fp)),
      f1: mix(ratio(2 * tp, 2 * tp + fn + fp), ratio(2 * tn, 2 * tn + fp + fn)),
    };
  };

  const countsPrinting = ([low, high], total) =>
    Math.min(Math.floor(high * total), total) - Math.max(Math.ceil(low * total), 0) + 1 > 0;

  const averagedMatrices = (cells, rows, reading, average, positives) => {
    const bounds = {};
    for (const score of AVERAGED) if (score in cells) bounds[score] = fractionEnds(cells[score], reading);
    if (bounds.accuracy && !countsPrinting(bounds.accuracy, rows)) return NONE;
    if (rows > MOST_ROWS_AVERAGED && positives === null) return null;
    const from = positives === null ? 1 : positives, to = positives === null ? rows - 1 : positives;
    const range = [];
    let all = 0;
    for (let p = from; p <= to; p++) {
      let low = 0, high = p;
      if (average === "macro" && bounds.accuracy && bounds.recall) {
        const [a, b] = bounds.accuracy, [c, d] = bounds.recall;
        const other = rows - p, factor = 1 / p - 1 / other;
        const ends = [2 * c - b * rows / other - 1e-9, 2 * d - a * rows / other + 1e-9];
        if (factor < 0) ends.reverse();
        if (factor !== 0) {
          low = Math.max(low, ends[0] / factor);
          high = Math.min(high, ends[1] / factor);
        }
      }
      const least = Math.max(Math.ceil(low - 1e-6), 0), most = Math.min(Math.floor(high + 1e-6), p);
      range.push([p, least, most]);
      all += Math.max(most - least + 1, 0);
    }
    if (all > MOST_AVERAGED) return null;
    const printed = AVERAGED.filter(score => score in cells).map(score => {
      const [low, high] = bounds[score];
      const end = endsOf(cells[score], reading)[3] ? high - SLACK : high + SLACK;
      return [score, low - SLACK, end];
    });
    const fit = { positives: [], matrices: 0, first: null };
    let sum = 0, block = null, inBlock = 0;
    for (const [p, least, most] of range) {
      sum += Math.max(most - least + 1, 0);
      if (Math.floor(sum / CHUNK) !== block) { block = Math.floor(sum / CHUNK); inBlock = 0; }
      let any = false;
      const other = rows - p;
      for (let t = least; t <= most; t++) {
        let low = 0, high = other;
        if (bounds.accuracy) {
          low = Math.max(low, bounds.accuracy[0] * rows - t);
          high = Math.min(high, bounds.accuracy[1] * rows - t);
        }
        if (bounds.recall) {
          const [a, b] = bounds.recall;
          low = Math.max(low, average === "weighted" ? a * rows - t : (2 * a - t / p) * other);
          high = Math.min(high, average === "weighted" ? b * rows - t : (2 * b - t / p) * other);
        }
        const first = Math.max(Math.ceil(low - 1e-6), 0);
        const last = Math.min(Math.floor(high + 1e-6), other);
        inBlock += Math.max(last - first + 1, 0);
        if (inBlock > 4 * CHUNK) return null;
        for (let n = first; n <= last; n++) {
          const scores = averagedScores(t, p - t, other - n, n, average);
          if (!printed.every(([s, a, b]) => scores[s] >= a && scores[s] <= b)) continue;
          any = true;
          fit.matrices++;
          fit.first ||= [t, p - t, other - n, n];
        }
      }
      if (any) fit.positives.push(p);
    }
    return fit.matrices ? fit : NONE;
  };

  // ---- what that says of a table

  const known = new Map();
  const fitOf = (cells, rows, reading, average, positives) => {
    const key = JSON.stringify([cells, rows, reading, average, positives]);
    if (!known.has(key)) {
      if (known.size > 20000) known.clear();
      let fit;
      if (average === "positive") fit = matricesOf(cells, rows, reading, positives);
      else if (reading !== "either" && fitOf(cells, rows, "either", average, positives) === NONE) fit = NONE;
      else fit = averagedMatrices(cells, rows, reading, average, positives);
      known.set(key, fit);
    }
    return known.get(key);
  };
  const fitOfAny = (cells, sizes, reading, average, positives) => {
    const fits = sizes.map(size => fitOf(cells, size, reading, average, positives));
    if (fits.includes(null)) return null;
    const every = [...new Set(fits.flatMap(fit => fit.positives))].sort((a, b) => a - b);
    if (!every.length) return NONE;
    const first = fits.find(fit => fit.first).first;
    return { positives: every, matrices: fits.reduce((sum, fit) => sum + fit.matrices, 0), first };
  };
  const sharedPositives = (fits, separate) => {
    const told = fits.filter(fit => fit !== null);
    if (!told.length || separate) return null;
    return told.slice(1).reduce((shared, fit) => {
      const has = new Set(fit.positives);
      return shared.filter(each => has.has(each));
    }, told[0].positives);
  };
  const fitsTogether = (fits, separate) => {
    if (fits.some(fit => fit !== null && !fit.positives.length)) return false;
    const shared = sharedPositives(fits, separate);
    return shared === null || shared.length > 0;
  };
  const rangeOf = positives => positives === null ? null
    : [positives.length, ...positives.slice(0, 1), ...positives.slice(-1)];
  const inAll = fits => fits.every(fit => fit !== null && fit.positives.length)
    ? [fits.reduce((sum, fit) => sum + fit.positives[0], 0),
       fits.reduce((sum, fit) => sum + fit.positives.at(-1), 0)] : null;

  const testOf = (table, sizes, average, positives, separate) => {
    const readings = {}, shown = {};
    for (const reading of READINGS) {
      const fits = table.map(row => fitOfAny(row.cells, sizes, reading, average, positives));
      readings[reading] = fits;
      shown[reading] = {
        fits: fitsTogether(fits, separate),
        positives: rangeOf(sharedPositives(fits, separate)),
        in_all: separate ? inAll(fits) : null,
        rows: fits.map(fit => fit === null ? null
          : { matrices: fit.matrices, first: fit.first, positives: rangeOf(fit.positives) }),
      };
    }
    const told = readings.either.some(fit => fit !== null);
    const fitting = READINGS.filter(reading => shown[reading].fits);
    return { rows: sizes, average, told, fits: fitting.length && told ? fitting[0] : "", readings: shown };
  };

  const asNumber = ([top, bottom]) => {
    // Numbers of many digits: both are shortened alike before they are divided.
    const excess = Math.max(bottom.toString(2).length - 1000, 0);
    return Number(top >> BigInt(excess)) / Number(bottom >> BigInt(excess));
  };
  const impliedShare = table => {
    const ranges = table.map(row => shareRange(row.cells, "either"));
    const found = ranges.filter(each => each !== null);
    const low = found.reduce((a, each) => (less(a, each[0]) ? each[0] : a), [0n, 1n]);
    const high = found.reduce((a, each) => (less(each[1], a) ? each[1] : a), [1n, 1n]);
    const together = found.length === table.length && !less(high, low);
    return {
      rows: ranges.map(each => each && each.map(asNumber)),
      together: together ? [low, high].map(asNumber) : null,
    };
  };
  const recallIsAccuracy = table => table.every(({ cells: { accuracy: a, recall: r } }) =>
    a && r && Number(a.text) * r.scale === Number(r.text) * a.scale);

  const sizesOf = ([top, bottom], rows) => {
    const low = Math.floor(top * rows / bottom), up = Math.ceil(top * rows / bottom);
    return (low === up ? [low] : [low, up]).filter(each => each >= 2);
  };
  const reduced = (top, bottom) => {
    const divisor = Number(gcd(BigInt(top), BigInt(bottom)));
    return [top / divisor, bottom / divisor];
  };
  const SHARES = [...Array.from({ length: 99 }, (_, n) => reduced(n + 1, 100)), [1, 3], [2, 3]]
    .sort((a, b) => a[0] / a[1] - b[0] / b[1]);

  const firstFit = (table, sizes, average, separate) => {
    for (const reading of READINGS) {
      const fits = [];
      for (const { cells } of table) {
        fits.push(fitOfAny(cells, sizes, reading, average, null));
        if (fits.at(-1) === NONE) break;
      }
      if (average !== "positive" && fits.includes(null)) return ["", null];
      if (fitsTogether(fits, separate)) return [reading, sharedPositives(fits, separate)];
    }
    return null;
  };
  const off = (shared, size, rows, positives) => {
    if (positives === null || !shared || !shared.length || size === rows) return null;
    const share = positives / rows;
    const deviation = Math.sqrt(size * share * (1 - share) * (rows - size) / (rows - 1));
    return Math.min(...shared.map(each => Math.abs(each - size * share))) / deviation;
  };
  const sizesFitting = (table, without, rows, positives, average, separate) => {
    const found = [];
    let whole = true;
    const printable = size => table.every(({ cells }) =>
      !cells.accuracy || countsPrinting(fractionEnds(cells.accuracy, "either"), size));
    let tried = SHARES.map(share => [share, sizesOf(share, rows)]);
    if (average !== "positive") {
      tried = tried.filter(([, sizes]) => sizes.some(printable));
      if (tried.length > MOST_AVERAGED_SHARES) return [[], false];
    }
    for (const [share, sizes] of tried) {
      for (const several of separate ? [sizes] : sizes.map(size => [size])) {
        const fitting = firstFit(table, several, average, separate);
        if (fitting === null) continue;
        const [reading, shared] = fitting;
        if (!reading) { whole = false; continue; }
        found.push({
          share: share.join("/"), rows: several, average, reading, positives: rangeOf(shared),
          off: off(shared, several[0], rows, positives), without,
        });
      }
    }
    return [found, whole];
  };
  const fittingSizes = (table, rows, positives, average, separate) => {
    const tried = average === null ? AVERAGES.slice(0, 2) : [average];
    const goneThrough = {};
    for (const each of tried) {
      const [found, whole] = sizesFitting(table, "", rows, positives, each, separate);
      goneThrough[each] = whole;
      if (found.length) return [found, goneThrough];
    }
    if (!tried.includes("positive") || table.length <= 2) return [[], goneThrough];
    return [table.flatMap((row, place) => sizesFitting(
      table.toSpliced(place, 1), row.name, rows, positives, "positive", separate)[0]), goneThrough];
  };

  const VALUES = {
    accuracy: (t, m, f, n) => (t + n) / (t + m + f + n),
    precision: (t, m, f) => (t + f ? t / (t + f) : 0),
    recall: (t, m) => t / (t + m),
    f1: (t, m, f) => 2 * t / (2 * t + m + f),
    specificity: (t, m, f, n) => n / (f + n),
    fpr: (t, m, f, n) => f / (f + n),
    fnr: (t, m) => m / (t + m),
  };
  const lacking = (cells, score) =>
    Object.fromEntries(Object.entries(cells).filter(([name]) => name !== score));
  const instead = (cells, score, rows, shared) => {
    if (!shared || !shared.length || shared.length > MOST_INSTEAD) return [];
    const fits = shared.map(each => matricesOf(lacking(cells, score), rows, "either", each));
    if (fits.some(fit => fit === null || fit.matrices > MOST_MATRICES)) return [];
    const { text, scale } = cells[score];
    const print = first => fixed(VALUES[score](...first) * scale, decimalsOf(text) + 1);
    const values = [...new Set(fits.filter(fit => fit.first).map(fit => print(fit.first)))].sort();
    return values.length > 2 ? [values[0], values.at(-1)] : values;
  };
  const oddCells = (table, sizes, positives, separate) => {
    const found = [];
    for (const size of sizes) {
      const fit = cells => fitOf(cells, size, "either", "positive", positives);
      const fits = table.map(row => fit(row.cells));
      table.forEach((row, place) => {
        const others = fits.toSpliced(place, 1);
        if (!fitsTogether(others, separate)) return;
        const scores = Object.keys(row.cells);
        for (const score of scores.length > 1 ? scores : []) {
          const all = [...others, fit(lacking(row.cells, score))];
          if (!fitsTogether(all, separate)) continue;
          found.push({
            rows: size, row: row.name, score, printed: row.cells[score].text,
            instead: instead(row.cells, score, size, sharedPositives(all, separate)),
          });
        }
      });
    }
    return found;
  };

  function examine(table, rows, { positives = null, average = null, share = null, separate = false } = {}) {
    if (!(rows >= 2 && rows <= MOST_SIZES)) {
      throw new Problem(`${count(rows)} rows are not 2 to ${count(MOST_SIZES)}.`);
    }
    if (positives !== null && !(positives > 0 && positives < rows)) {
      throw new Problem(
        `${count(positives)} positive rows are not 1 to ${count(rows - 1)}, of ${count(rows)}.`);
    }
    const folds = separate && share ? Math.round(share[1] / share[0]) : table.length;
    if (table.length > folds) {
      throw new Problem(`${table.length} rows are more than ${folds} folds. Leave out what is no ` +
        "fold, such as their mean, and examine one model at a time.");
    }
    const sizes = share === null ? [rows] : sizesOf(share, rows);
    if (!sizes.length) throw new Problem(`So small a share of ${count(rows)} rows is no test.`);
    const whole = share === null || share[0] === share[1];
    const sure = whole && !separate ? positives : null;
    const tests = [];
    for (const each of average === null ? AVERAGES : [average]) {
      const together = separate ? [sizes] : sizes.map(size => [size]);
      tests.push(...together.map(several => testOf(table, several, each, sure, separate)));
      if (tests.some(test => test.fits)) break;
    }
    const fitted = tests.find(test => test.fits)?.average ?? average;
    const [fitting, goneThrough] = fittingSizes(table, rows, positives, fitted, separate);
    const fits = tests.some(test => test.fits) || fitting.some(size => !size.without);
    const asked = average === null || average === "positive" ? sizes : [];
    const nearly = fitting.filter(size => size.reading !== "either")
      .slice(0, MOST_NEARLY).map(size => size.rows[0]);
    const odd = [...new Set([...asked, ...nearly])].sort((a, b) => a - b);
    return {
      rows, positives, separate,
      table: table.map(({ name, cells }) => ({
        name, scores: Object.fromEntries(Object.entries(cells).map(([s, cell]) => [s, cell.text])),
      })),
      share: impliedShare(table),
      recall_is_accuracy: recallIsAccuracy(table),
      tests, sizes: fitting, gone_through: goneThrough,
      odd_cells: fits ? [] : oddCells(table, odd, sure, separate),
    };
  }

  // ---- the same in sentences

  const MOST_LINES = 6;
  const WORDS = {
    rounded: "rounded",
    cut: "cut off behind the last printed digit",
    either: "partly rounded and partly cut off",
  };
  const KINDS = {
    positive: "scores of one class",
    macro: "macro averages of two classes",
    weighted: "weighted averages of two classes",
  };
  const NOT_CHECKED =
    "Not checked: tables of three or more classes; means over folds, seeds or classes other than " +
    "the two averages above; AUC and MCC; whether anyone made a mistake. A contradiction says that " +
    "not all of the printed numbers can belong to one test of this kind, and no more.";

  function count(number) { return String(number).replace(/\B(?=(\d{3})+$)/g, ","); }
  function fixed(value, decimals) {
    const text = value.toFixed(decimals);
    // Ties go to the even digit, as in Python; only exact binary fractions can be ties.
    const power = 10 ** decimals, twice = value * power * 2;
    if (Math.abs(twice % 2) === 1 && twice / 2 / power === value && Number(text.slice(-1)) % 2) {
      return (value - Math.sign(value) * 0.5 / power).toFixed(decimals);
    }
    return text;
  }
  const percentOf = ends => {
    const [low, high] = ends.map(end => fixed(100 * end, 2));
    return low === high ? `${low} %` : `${low} to ${high} %`;
  };
  const span = (low, high) => (low === high ? count(low) : `${count(low)} to ${count(high)}`);
  const numbers = ([many, low, high]) => many === 1 ? count(low)
    : `${count(many)} numbers from ${count(low)} to ${count(high)}`;

  const shareLines = (found, names) => {
    const lines = [], { rows: ranges, together } = found.share;
    if (found.recall_is_accuracy) {
      return ["  Every row prints one number as accuracy and as recall, as weighted averages always " +
        "do: no class share follows from them."];
    }
    names.forEach((name, n) => {
      if (ranges[n] === null) {
        lines.push(`  ${name}: no class share: as scores of one class these contradict each other.`);
      }
    });
    if (found.separate) return [...lines, "  Each row has a test of its own."];
    if (together === null) {
      if (!ranges.includes(null)) {
        lines.push("  The rows imply shares that do not meet: not one test, or not one class.");
        names.forEach((name, n) => lines.push(`    ${name}: ${percentOf(ranges[n])}`));
      }
      return lines;
    }
    if (together[0] === 0 && together[1] === 1) return [...lines, "  The scores leave it open."];
    lines.push(`  Positive rows are ${percentOf(together)} of the test, as scores of one class.`);
    if (together[1] <= 0.5 || together[0] >= 0.5) {
      const ends = together.map(end => Math.max(end, 1 - end)).sort((a, b) => a - b);
      lines.push(`  Always answering the larger class has an accuracy of ${percentOf(ends)}.`);
    }
    return lines;
  };

  const testLines = (test, names) => {
    const start = `  ${test.rows.map(count).join(" or ")} rows, as ${KINDS[test.average]}`;
    if (!test.fits) {
      const { rows } = test.readings.either;
      const alone = names.filter((_, n) => rows[n] !== null && !rows[n].matrices);
      return [`${start}: no, under no reading of the digits.`, alone.length
        ? `    No matrix at all fits: ${alone.join(", ")}.`
        : "    Each row fits by itself, but no number of positive rows fits all of them."];
    }
    const lines = [`${start}: yes, with digits ${WORDS[test.fits]}.`];
    const reading = test.readings[test.fits];
    if (reading.positives) lines.push(`    Positive rows: ${numbers(reading.positives)}.`);
    if (reading.in_all) lines.push(`    Positive rows of all tests together: ${span(...reading.in_all)}.`);
    names.forEach((name, n) => {
      const row = reading.rows[n];
      if (row === null) { lines.push(`    ${name}: too many matrices to count.`); return; }
      const [found, missed, alarms, passed] = row.first.map(count);
      const many = row.matrices === 1 ? "1 matrix," : `${count(row.matrices)} matrices, such as`;
      lines.push(`    ${name}: ${many} ${found} found, ${missed} missed, ` +
        `${alarms} false alarms, ${passed} rightly passed.`);
    });
    return lines;
  };

  const sizeLine = (each, sizes) => {
    const alike = ["share", "average", "reading", "positives", "without"];
    const same = sizes.filter(one =>
      alike.every(key => JSON.stringify(one[key]) === JSON.stringify(each[key])));
    const [top, bottom] = each.share.split("/").map(Number);
    const rows = same.flatMap(one => one.rows).map(count).join(" or ");
    const parts = [`  ${Number((100 * top / bottom).toPrecision(4))} %, ${rows} rows, digits ` +
      WORDS[each.reading]];
    if (each.average !== "positive") parts.push(`as ${KINDS[each.average]}`);
    if (each.without) parts.push(`without ${each.without}`);
    if (each.positives) parts.push(`positive rows: ${numbers(each.positives)}`);
    if (each.off !== null) parts.push(`${fixed(same[0].off, 1)} deviations off a random draw`);
    return parts.join("; ");
  };

  const sizeLines = found => {
    const { sizes } = found;
    const [goneThrough, rest] = [true, false].map(whole => Object.entries(found.gone_through)
      .filter(([, told]) => told === whole).map(([kind]) => KINDS[kind]).join(" or "));
    const lines = [];
    if (goneThrough && !sizes.length) {
      lines.push(`  None of the whole percentages, nor a third or two, as ${goneThrough}.`);
    }
    if (rest) lines.push(`  Not all gone through as ${rest}: too many candidates.`);
    if (!sizes.length) return lines;
    if (sizes[0].without) lines.push("  None for all rows. Without one row:");
    const strict = sizes.filter(each => each.reading !== "either");
    const shares = new Set(sizes.map(each => each.share)).size;
    if (shares >= 99) return [...lines, "  All of them: the printed digits are too few to tell."];
    const each = [...new Set(strict.map(one => sizeLine(one, strict)))];
    lines.push(...each.slice(0, MOST_LINES));
    if (each.length > MOST_LINES) lines.push(`  and ${each.length - MOST_LINES} more.`);
    const loose = shares - new Set(strict.map(one => one.share)).size;
    if (loose) lines.push(`  ${loose} of ${shares} only with some digits rounded and others cut off.`);
    return lines;
  };

  function asText(found) {
    const names = found.table.map(row => row.name);
    const cells = found.table.reduce((sum, row) => sum + Object.keys(row.scores).length, 0);
    const told = found.tests.filter(test => test.told);
    const untold = new Set(found.tests.filter(test => !test.told).map(test => KINDS[test.average]));
    const odd = found.odd_cells.map(each => {
      const meant = each.instead.length ? `; the others would give ${each.instead.join(" to ")}` : "";
      return `  on ${count(each.rows)} rows: ${each.row}, ${each.score} ${each.printed}${meant}`;
    });
    return [
      `${names.length} rows, ${cells} printed scores.`, "",
      "Class share", ...shareLines(found, names), "",
      "Confusion matrices", ...told.flatMap(test => testLines(test, names)),
      ...(untold.size ? [`  As ${[...untold].join(", or as ")}: too many candidates to go through, ` +
        "unless the rows of the class are given (--positives)."] : []),
      ...(odd.length ? ["", "Cells without which all the rest fits (scores of one class)", ...odd] : []),
      "", `Shares of ${count(found.rows)} rows that can have been the test`, ...sizeLines(found),
      "", NOT_CHECKED,
    ].join("\n");
  }

  return { Problem, parsed, examine, asText };
})();

// ---- the form on the page

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("examiner");
  if (!form) return;
  const field = name => form.elements.namedItem(name);
  const answer = document.getElementById("examiner-answer");
  const examples = JSON.parse(document.getElementById("examiner-examples").textContent);

  const whole = name => {
    const text = field(name).value.replace(/[\s,]/g, "");
    if (!text) return null;
    if (!/^\d+$/.test(text)) throw new examination.Problem(`${name}: ${text} is no whole number.`);
    return Number(text);
  };
  const share = () => {
    const folds = whole("folds");
    if (folds !== null) {
      if (folds < 2) throw new examination.Problem("folds: two or more.");
      return [1, folds];
    }
    const text = field("test").value.replace("%", "").trim();
    if (!text) return null;
    const parts = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text);
    if (parts && Number(parts[1]) <= Number(parts[2])) return [Number(parts[1]), Number(parts[2])];
    if (!/^\d+(\.\d{1,2})?$/.test(text) || Number(text) <= 0 || Number(text) > 100) {
      throw new examination.Problem(`test: ${text} is no percentage above 0 and at most 100.`);
    }
    return [Math.round(Number(text) * 100), 10000];
  };
  const run = () => {
    try {
      const rows = whole("rows");
      if (rows === null) throw new examination.Problem("rows: how many has the test, or the file?");
      const found = examination.examine(examination.parsed(field("table").value), rows, {
        positives: whole("positives"), average: field("average").value || null,
        share: share(), separate: whole("folds") !== null,
      });
      answer.textContent = examination.asText(found);
      answer.classList.remove("problem");
    } catch (problem) {
      if (!(problem instanceof examination.Problem)) throw problem;
      answer.textContent = problem.message;
      answer.classList.add("problem");
    }
  };
  const fill = () => {
    const example = examples[field("example").value];
    if (!example) return;
    for (const name of ["table", "rows", "positives", "test", "folds", "average"]) {
      field(name).value = example[name] ?? "";
    }
    answer.textContent = "";
  };

  examples.forEach((example, n) => field("example").add(new Option(example.title, n)));
  field("example").addEventListener("change", fill);
  form.addEventListener("submit", event => {
    event.preventDefault();
    answer.textContent = "Going through the candidates ...";
    setTimeout(run, 20); // lets the line above be shown first
  });
  fill();
  form.hidden = false;
});
