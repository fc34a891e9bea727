// Reads what Python packed (pack_payload in __init__.py): a header as JSON, then the counts row by row.

// Returns the model that everything else draws: the counts in compressed rows, by class index.
function unpackPayload(bytes) {
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerLength)));
  const body = bytes.slice(4 + headerLength).buffer; // a copy, so that the arrays are aligned
  const numClasses = header.classNames.length;
  const starts = new Uint32Array(body, 0, numClasses + 1);
  const numCells = starts[numClasses];
  const Counts = header.countBytes === 2 ? Uint16Array : Uint32Array;
  const counts = new Counts(body, starts.byteLength, numCells);
  const columns = new Uint16Array(body, starts.byteLength + counts.byteLength, numCells);
  const model = { ...header, numClasses, starts, counts, columns };
  model.position = new Uint16Array(numClasses); // class -> place along the diagonal
  model.order.forEach((classIndex, place) => { model.position[classIndex] = place; });
  model.indexOf = new Map(model.classNames.map((name, index) => [name, index]));
  addTotals(model);
  addGroups(model);
  addLevels(model);
  return model;
}

function addTotals(model) {
  model.totals = new Float64Array(model.numClasses);
  for (let row = 0; row < model.numClasses; row += 1) {
    for (let cell = model.starts[row]; cell < model.starts[row + 1]; cell += 1) {
      model.totals[row] += model.counts[cell];
    }
  }
}

// Groups of more than one class, each with its stretches of neighboring places, largest first.
function addGroups(model) {
  const members = model.groupNames.map(() => []);
  model.groupOf.forEach((group, classIndex) => members[group].push(classIndex));
  model.groups = members
    .map((classes, group) => ({ name: model.groupNames[group], classes, stretches: stretchesOf(model, classes) }))
    .filter((group) => group.classes.length > 1)
    .sort((a, b) => b.classes.length - a.classes.length);
}

// Divides classes into stretches [first, last] of neighboring places.
function stretchesOf(model, classes) {
  const places = classes.map((classIndex) => model.position[classIndex]).sort((a, b) => a - b);
  const stretches = [];
  for (const place of places) {
    const last = stretches[stretches.length - 1];
    if (last && place === last[1] + 1) last[1] = place;
    else stretches.push([place, place]);
  }
  return stretches;
}

// One byte a cell: 1-127 on the diagonal, 128-255 off it, so that a maximum keeps confusions visible.
function addLevels(model) {
  const { numClasses, starts, columns, counts, totals } = model;
  const valueOf = (row, cell) => (model.color === "share" ? counts[cell] / totals[row] : counts[cell]);
  model.maxRecognized = 0;
  model.maxConfused = 0;
  for (let row = 0; row < numClasses; row += 1) {
    for (let cell = starts[row]; cell < starts[row + 1]; cell += 1) {
      const value = valueOf(row, cell);
      if (columns[cell] === row) model.maxRecognized = Math.max(model.maxRecognized, value);
      else model.maxConfused = Math.max(model.maxConfused, value);
    }
  }
  model.levels = new Uint8Array(counts.length);
  for (let row = 0; row < numClasses; row += 1) {
    for (let cell = starts[row]; cell < starts[row + 1]; cell += 1) {
      const value = valueOf(row, cell);
      model.levels[cell] = columns[cell] === row
        ? 1 + Math.round(126 * (value / model.maxRecognized))
        : 128 + Math.round(127 * Math.sqrt(value / model.maxConfused)); // root: single mistakes stay visible
    }
  }
}

// Index into the counts of one cell, -1 where nothing was counted.
function findCell(model, row, column) {
  let low = model.starts[row];
  let high = model.starts[row + 1] - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (model.columns[middle] === column) return middle;
    if (model.columns[middle] < column) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function countOf(model, row, column) {
  const cell = findCell(model, row, column);
  return cell < 0 ? 0 : model.counts[cell];
}

// The confusions, most striking first, as [true class, predicted class].
function listConfusions(model, limit) {
  const found = [];
  for (let row = 0; row < model.numClasses; row += 1) {
    for (let cell = model.starts[row]; cell < model.starts[row + 1]; cell += 1) {
      if (model.columns[cell] !== row) found.push([model.levels[cell], row, model.columns[cell]]);
    }
  }
  return found.sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, limit).map(([, row, column]) => [row, column]);
}

function percent(part, whole) {
  if (!whole) return "none";
  const share = (100 * part) / whole;
  if (part && share < 0.1) return "< 0.1 %";
  return `${share < 10 && part && part < whole ? Number(share.toFixed(1)) : Math.round(share)} %`;
}

// One cell in words: "circle taken for ellipse: 14 of 90 (16 %)".
function describeCell(model, row, column) {
  const count = countOf(model, row, column);
  const total = model.totals[row];
  const name = model.classNames[row];
  const what = row === column ? `${name} recognized` : `${name} taken for ${model.classNames[column]}`;
  return `${what}: ${count} of ${total}${total ? ` (${percent(count, total)})` : ""}`;
}
