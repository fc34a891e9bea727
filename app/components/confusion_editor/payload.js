// Reads what Python packed (payload.py): a header as JSON, then the counts row by row, by class index.

let lastMatrix = null; // counts do not change between clicks: what was read of them is kept by their key

// Returns the classes and groups as Python sent them, the model that folding.js makes the drawn one of.
function unpackPayload(bytes) {
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerLength)));
  if (lastMatrix?.matrixKey !== header.matrixKey || lastMatrix.numClasses !== header.classNames.length) {
    lastMatrix = readMatrix(bytes.slice(4 + headerLength).buffer, header); // a copy, so that the arrays are aligned
  }
  const model = { ...header, ...lastMatrix, matrix: lastMatrix, isFolded: false };
  model.fine = model;
  addPlaces(model);
  addGroups(model);
  return model;
}

function readMatrix(body, { classNames, countBytes, matrixKey }) {
  const numClasses = classNames.length;
  const starts = new Uint32Array(body, 0, numClasses + 1);
  const numCells = starts[numClasses];
  const Counts = countBytes === 2 ? Uint16Array : Uint32Array;
  const counts = new Counts(body, starts.byteLength, numCells);
  const columns = new Uint16Array(body, starts.byteLength + counts.byteLength, numCells);
  return withTotals({ matrixKey, numClasses, starts, counts, columns });
}

// Adds images by true class (totals) and by predicted class (columnTotals), and the most of a cell (maxCount).
function withTotals(matrix) {
  const { numClasses, starts, counts, columns } = matrix;
  const totals = new Float64Array(numClasses);
  const columnTotals = new Float64Array(numClasses);
  const maxCount = counts.reduce((most, count) => Math.max(most, count), 0);
  for (let row = 0; row < numClasses; row += 1) {
    for (let cell = starts[row]; cell < starts[row + 1]; cell += 1) {
      totals[row] += counts[cell];
      columnTotals[columns[cell]] += counts[cell];
    }
  }
  return { ...matrix, totals, columnTotals, maxCount };
}

function addPlaces(model) {
  model.position = new Uint16Array(model.numClasses); // class -> place along the diagonal
  model.order.forEach((classIndex, place) => { model.position[classIndex] = place; });
  model.indexOf = new Map(model.classNames.map((name, index) => [name, index]));
}

// Groups of more than one class, largest first, each with its stretches of neighboring places.
function addGroups(model) {
  const groups = model.groupNames.map((_, index) => ({ index, classes: [], stretches: [] }));
  model.groupOf.forEach((group, classIndex) => groups[group].classes.push(classIndex));
  let before = -1;
  model.order.forEach((classIndex, place) => {
    const group = model.groupOf[classIndex];
    const { stretches } = groups[group];
    if (group === before) stretches[stretches.length - 1][1] = place;
    else stretches.push([place, place]);
    before = group;
  });
  model.groups = groups
    .filter(({ classes }) => classes.length > 1)
    .map((group) => ({ ...group, ...lookOfGroup(model, group.index) }))
    .sort((a, b) => b.classes.length - a.classes.length);
}

// Name and look of Python's group of that index.
function lookOfGroup({ groupNames, colors, solid, locked }, index) {
  return {
    index, name: groupNames[index], color: colors?.[index] ?? null, solid: solid?.[index] ?? true,
    locked: locked?.includes(index) ?? false,
  };
}

// Divides classes into stretches [first, last] of neighboring places.
function stretchesOf(model, classes) {
  const places = Array.from(classes, (classIndex) => model.position[classIndex]).sort((a, b) => a - b);
  const stretches = [];
  for (const place of places) {
    const last = stretches[stretches.length - 1];
    if (last && place === last[1] + 1) last[1] = place;
    else stretches.push([place, place]);
  }
  return stretches;
}

// Index into the counts of one cell, -1 where nothing was counted.
function findCell({ starts, columns }, row, column) {
  let low = starts[row];
  let high = starts[row + 1] - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (columns[middle] === column) return middle;
    if (columns[middle] < column) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function countOf(model, row, column) {
  const cell = findCell(model, row, column);
  return cell < 0 ? 0 : model.counts[cell];
}

// The confusions, most striking first by the measure that is shown, as [true, predicted] of what is drawn.
function listConfusions(model, limit) {
  const { starts, columns, values } = model.cells;
  const found = [];
  for (let row = 0; row < model.numClasses; row += 1) {
    for (let cell = starts[row]; cell < starts[row + 1]; cell += 1) {
      if (columns[cell] !== row && countOf(model, row, columns[cell])) found.push([values[cell], row, columns[cell]]);
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
