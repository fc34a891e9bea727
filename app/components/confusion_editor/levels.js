// What a cell's color tells: a measure of its images, and a scale from the measure to one of 241 levels.
// Levels: 0 empty; then the paled and the full ones, each first for what was recognized, then for confusions,
// so that where cells share a pixel a confusion shows, and a full one above a paled one.

const RAMP_STEPS = 60; // of each ramp
const PALED = 120; // levels above are full
const LEVELS = 4 * RAMP_STEPS + 1;

// `tells` completes a number in the legend.
const MEASURES = {
  row: { title: "Row share", tells: "% of the images of the true class", isShare: true },
  column: { title: "Column share", tells: "% of the images predicted as that class", isShare: true },
  symmetric: { title: "Symmetric share", tells: "% of a class taken for the other, mean of both directions", isShare: true },
  count: { title: "Counts", tells: "images", isShare: false },
};
const LOG_UNIT = { share: 0.001, count: 1 }; // the logarithm is of 1 + value / unit, so that 0 stays 0
const BANDS = [1, 10, 20, 40, 60]; // percent at which the next band begins, study S3
const SCALES = {
  linear: { title: "Linear" },
  root: { title: "Square root" },
  log: { title: "Log" },
  bands: { title: "Six bands", isBands: true },
  study: { title: "Bands, study colors", isBands: true },
};

// Bands are of shares; counts are then colored by the share of the row.
function coloredMeasure({ measure, scale }) {
  return SCALES[scale].isBands && measure === "count" ? "row" : measure;
}

// The cells that are drawn, in compressed rows: starts, columns, values (of the measure), levels; and their range.
function cellsOf(model, options) {
  const key = `${options.measure} ${options.scale} ${options.fade}`;
  const { matrix } = model;
  if (matrix.cells?.key === key) return matrix.cells;
  const measure = coloredMeasure(options);
  if (matrix.measured?.measure !== measure) matrix.measured = measureCells(matrix, measure);
  const { measured } = matrix;
  const paleBelow = fadeValue(measured, measure, options.fade);
  const cells = { ...measured, key, paleBelow, scale: options.scale };
  cells.levels = makeLevels(matrix, cells);
  matrix.cells = cells;
  return cells;
}

function measureCells(matrix, measure) {
  const { starts, columns, counts, totals, columnTotals } = measure === "symmetric" ? symmetricPattern(matrix) : matrix;
  const values = new Float64Array(columns.length);
  let [maxRecognized, maxConfused] = [0, 0];
  for (let row = 0; row < matrix.numClasses; row += 1) {
    for (let cell = starts[row]; cell < starts[row + 1]; cell += 1) {
      const column = columns[cell];
      let value = counts[cell];
      if (measure === "row") value /= totals[row];
      else if (measure === "column") value /= columnTotals[column];
      values[cell] = value;
      if (column === row) maxRecognized = Math.max(maxRecognized, value);
      else maxConfused = Math.max(maxConfused, value);
    }
  }
  return { measure, starts, columns, values, maxRecognized, maxConfused };
}

// Cells that are filled in one direction at least; their "counts" are the mean of both row shares.
function symmetricPattern({ numClasses, starts, columns, counts, totals }) {
  const rows = Array.from({ length: numClasses }, () => new Map());
  for (let row = 0; row < numClasses; row += 1) {
    for (let cell = starts[row]; cell < starts[row + 1]; cell += 1) {
      const column = columns[cell];
      const half = counts[cell] / totals[row] / 2;
      rows[row].set(column, (rows[row].get(column) ?? 0) + half);
      rows[column].set(row, (rows[column].get(row) ?? 0) + half);
    }
  }
  const both = { starts: new Uint32Array(numClasses + 1), columns: [], counts: [] };
  rows.forEach((found, row) => {
    const sorted = Array.from(found.keys()).sort((a, b) => a - b);
    both.starts[row + 1] = both.starts[row] + sorted.length;
    for (const column of sorted) {
      both.columns.push(column);
      both.counts.push(found.get(column));
    }
  });
  return { ...both, columns: Uint16Array.from(both.columns), counts: Float64Array.from(both.counts) };
}

// The value below which cells are paled, of a slider from 0 to 100; finer at its lower end.
function fadeValue({ maxConfused }, measure, position) {
  const value = (position / 100) ** 2 * maxConfused;
  return MEASURES[measure].isShare ? Math.round(1000 * value) / 1000 : Math.round(value);
}

function makeLevels(matrix, { starts, columns, values, measure, scale, maxRecognized, maxConfused, paleBelow }) {
  const levels = new Uint8Array(values.length);
  const shareOf = scaleFunction(scale, measure);
  const { isBands } = SCALES[scale];
  for (let row = 0; row < matrix.numClasses; row += 1) {
    for (let cell = starts[row]; cell < starts[row + 1]; cell += 1) {
      const isConfusion = columns[cell] !== row ? 1 : 0;
      const value = values[cell];
      const pale = value < paleBelow ? 0 : PALED;
      levels[cell] = isBands
        ? 1 + pale + 2 * bandOf(value) + isConfusion
        : 1 + pale + RAMP_STEPS * isConfusion
          + Math.round((RAMP_STEPS - 1) * shareOf(value, isConfusion ? maxConfused : maxRecognized));
    }
  }
  return levels;
}

function bandOf(share) {
  let band = 0;
  while (band < BANDS.length && 100 * share >= BANDS[band] - 1e-9) band += 1;
  return band;
}

// How far along its ramp a value stands, 0-1; and back, for the legend.
function scaleFunction(scale, measure) {
  const unit = MEASURES[measure].isShare ? LOG_UNIT.share : LOG_UNIT.count;
  return {
    linear: (value, most) => value / most,
    root: (value, most) => Math.sqrt(value / most),
    log: (value, most) => Math.log1p(value / unit) / Math.log1p(most / unit),
  }[scale];
}

function valueAlong(scale, measure, share, most) {
  const unit = MEASURES[measure].isShare ? LOG_UNIT.share : LOG_UNIT.count;
  return {
    linear: share * most,
    root: share * share * most,
    log: unit * Math.expm1(share * Math.log1p(most / unit)),
  }[scale];
}

// A value of a measure as text: "14 %" or "14".
function valueText(measure, value) {
  if (MEASURES[measure].isShare) return value ? percent(value, 1) : "0 %";
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value).toLocaleString("en");
}
