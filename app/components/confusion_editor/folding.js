// The folded view: each group is one row and one column, counts are block sums. And where each class stands in
// either view, so that painter.js can move it from one to the other.

// What is drawn of what Python sent: its classes, or their groups; a "unit" is one row and column.
function modelToDraw(editor) {
  const { fine, options } = editor;
  fine.cells = cellsOf(fine, options);
  if (!options.fold) return fine;
  const model = foldModel(fine);
  model.cells = cellsOf(model, options);
  return model;
}

// The classes a unit stands for.
function classesOf(model, unit) {
  return model.isFolded ? model.members[unit] : [unit];
}

function unitOf(model, classIndex) {
  return model.isFolded ? model.fine.groupOf[classIndex] : classIndex;
}

function unitsOf(model, classes) {
  return Array.from(new Set(Array.from(classes, (one) => unitOf(model, one))));
}

// Groups as units, in the order of their classes' mean places.
function foldModel(fine) {
  const numClasses = fine.groupNames.length;
  const members = Array.from({ length: numClasses }, () => []);
  fine.order.forEach((classIndex) => members[fine.groupOf[classIndex]].push(classIndex));
  const meanPlace = members.map((classes) => (
    classes.reduce((sum, one) => sum + fine.position[one], 0) / Math.max(1, classes.length)));
  const matrix = foldedMatrix(fine, members);
  const model = {
    ...fine,
    ...matrix,
    matrix,
    fine,
    members,
    isFolded: true,
    classNames: fine.groupNames,
    groupOf: Array.from({ length: numClasses }, (_, group) => group),
    order: Array.from({ length: numClasses }, (_, group) => group).sort((a, b) => meanPlace[a] - meanPlace[b] || a - b),
    widest: undefined,
    confusions: undefined,
  };
  addPlaces(model);
  model.groups = members
    .map((classes, index) => ({ classes, index }))
    .filter(({ classes }) => classes.length > 1)
    .map(({ index }) => ({
      ...lookOfGroup(fine, index), classes: [index], stretches: [[model.position[index], model.position[index]]],
    }));
  return model;
}

// Block sums in compressed rows; kept while the groups stay as they are.
function foldedMatrix(fine, members) {
  const { matrix, groupOf } = fine;
  const key = groupOf.join(" ");
  if (matrix.folded?.key === key) return matrix.folded;
  const numClasses = members.length;
  const sums = new Float64Array(numClasses);
  const starts = new Uint32Array(numClasses + 1);
  const [columns, counts] = [[], []];
  members.forEach((classes, group) => {
    const touched = [];
    for (const row of classes) {
      for (let cell = fine.starts[row]; cell < fine.starts[row + 1]; cell += 1) {
        const column = groupOf[fine.columns[cell]];
        if (!sums[column]) touched.push(column);
        sums[column] += fine.counts[cell];
      }
    }
    for (const column of touched.sort((a, b) => a - b)) {
      columns.push(column);
      counts.push(sums[column]);
      sums[column] = 0;
    }
    starts[group + 1] = columns.length;
  });
  matrix.folded = withTotals({
    key, matrixKey: fine.matrixKey, numClasses, starts, columns: Uint16Array.from(columns), counts: Uint32Array.from(counts),
  });
  return matrix.folded;
}

// Where each class stands in a view: start along rows and columns, and size, all as shares of the plot.
function placementOf(model, layout) {
  const { fine } = model;
  const share = layout.cell / layout.plot;
  const placement = {
    rows: new Float64Array(fine.numClasses), columns: new Float64Array(fine.numClasses),
    sizes: new Float64Array(fine.numClasses),
  };
  for (let unit = 0; unit < model.numClasses; unit += 1) {
    const classes = classesOf(model, unit);
    const place = model.position[unit];
    classes.forEach((one, rank) => {
      const inside = rank / classes.length;
      placement.rows[one] = (place + inside - layout.y) * share;
      placement.columns[one] = (place + inside - layout.x) * share;
      placement.sizes[one] = share / classes.length;
    });
  }
  return placement;
}

// The same for each row and column that is drawn.
function unitPlacement({ numClasses, position }, layout) {
  const share = layout.cell / layout.plot;
  const placement = {
    rows: new Float64Array(numClasses), columns: new Float64Array(numClasses),
    sizes: new Float64Array(numClasses).fill(share),
  };
  for (let unit = 0; unit < numClasses; unit += 1) {
    placement.rows[unit] = (position[unit] - layout.y) * share;
    placement.columns[unit] = (position[unit] - layout.x) * share;
  }
  return placement;
}

function mixPlacements(first, second, share) {
  const between = (from, to) => from.map((value, index) => value + (to[index] - value) * share);
  return {
    rows: between(first.rows, second.rows), columns: between(first.columns, second.columns),
    sizes: between(first.sizes, second.sizes),
  };
}
