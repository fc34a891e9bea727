// Where things stand on the canvas, in CSS pixels, and what lies under a point.

const MAX_CELL = 96; // pixels; three classes shall not fill the screen
const MIN_NAMED_CELL = 8; // pixels; below, names are hidden
const MIN_NUMBERED_CELL = 22; // pixels; below, cells show no number
const TITLE = 22; // pixels for an axis title
const SNAP = 3; // pixels around the pointer in which the strongest confusion is meant, where cells are tiny
const MINIMAP = 84; // pixels

// The view: zoom (1 = everything) and the first place shown, in cells.
function computeLayout(model, { width, maxHeight, view, font }) {
  const widest = widestName(model, font);
  const nameSpace = Math.min(widest + 10, 0.24 * width, 170);
  const right = Math.max(46, Math.min(130, 0.13 * width));
  let layout = fit(model, view, { width, maxHeight, right, left: TITLE + nameSpace, top: TITLE + nameSpace });
  const isNamed = layout.cell >= MIN_NAMED_CELL;
  const isUpright = isNamed && widest + 8 <= layout.cell;
  if (!isNamed) layout = fit(model, view, { width, maxHeight, right, left: TITLE + 4, top: TITLE + 4 });
  else if (isUpright) layout = fit(model, view, { width, maxHeight, right, left: TITLE + nameSpace, top: TITLE + 22 });
  layout.isNamed = isNamed;
  layout.isUpright = isUpright;
  layout.isNumbered = layout.cell >= MIN_NUMBERED_CELL;
  layout.nameSize = Math.max(8, Math.min(13, layout.cell * 0.8));
  layout.mapSize = view.zoom > 1 ? Math.min(MINIMAP, layout.left - 24, layout.top - 24) : 0;
  return layout;
}

function fit(model, view, { width, maxHeight, left, right, top }) {
  const bottom = 6;
  const room = Math.min(width - left - right, maxHeight - top - bottom, MAX_CELL * model.numClasses);
  const plot = Math.max(80, Math.floor(room));
  const cell = (plot * view.zoom) / model.numClasses;
  const visible = plot / cell;
  const limit = Math.max(0, model.numClasses - visible);
  view.x = Math.min(limit, Math.max(0, view.x));
  view.y = Math.min(limit, Math.max(0, view.y));
  return {
    left: Math.round(left), top: Math.round(top), plot, cell, visible, width,
    right: width - Math.round(left) - plot, height: Math.round(top) + plot + bottom, x: view.x, y: view.y,
  };
}

function widestName(model, font) {
  if (model.widest === undefined) {
    const context = document.createElement("canvas").getContext("2d");
    context.font = `13px ${font}`;
    model.widest = model.classNames.reduce((most, name) => Math.max(most, context.measureText(name).width), 0);
  }
  return model.widest;
}

// The first and last place that are visible along an axis that starts at place `start`.
function visiblePlaces(model, layout, start) {
  return [Math.floor(start), Math.min(model.numClasses - 1, Math.ceil(start + layout.visible) - 1)];
}

// Pixel of a place's upper or left edge.
function edgeX(layout, place) {
  return layout.left + (place - layout.x) * layout.cell;
}

function edgeY(layout, place) {
  return layout.top + (place - layout.y) * layout.cell;
}

// What lies under a point: null, or zone and places ({zone: "plot", row, column} and so on).
function hitTest(model, layout, x, y) {
  const last = model.numClasses - 1;
  const place = (offset, start) => Math.max(0, Math.min(last, Math.floor(offset / layout.cell + start)));
  const row = place(y - layout.top, layout.y);
  const column = place(x - layout.left, layout.x);
  const insideX = x >= layout.left && x < layout.left + layout.plot;
  const insideY = y >= layout.top && y < layout.top + layout.plot;
  if (insideX && insideY) return { zone: "plot", row, column };
  if (insideY && x < layout.left) return { zone: "rows", row, column: row };
  if (insideX && y < layout.top) return { zone: "columns", row: column, column };
  if (insideY) return { zone: "groups", row, column: row };
  return null;
}

// Where cells are tiny, the strongest confusion near the pointer is the one meant.
function snapToConfusion(model, layout, hit) {
  const reach = Math.floor(SNAP / layout.cell);
  if (!hit || hit.zone !== "plot" || reach < 1) return hit;
  let best = null;
  for (let row = Math.max(0, hit.row - reach); row <= Math.min(model.numClasses - 1, hit.row + reach); row += 1) {
    const classIndex = model.order[row];
    for (let cell = model.starts[classIndex]; cell < model.starts[classIndex + 1]; cell += 1) {
      const column = model.position[model.columns[cell]];
      const distance = Math.max(Math.abs(column - hit.column), Math.abs(row - hit.row));
      if (column === row || distance > reach) continue;
      const rank = model.levels[cell] - distance / (reach + 1);
      if (!best || rank > best.rank) best = { zone: "plot", row, column, rank };
    }
  }
  return best || hit;
}

// Whether a drag that starts here selects along the diagonal.
function isNearDiagonal(layout, hit) {
  return hit.zone !== "plot" || Math.abs(hit.row - hit.column) <= Math.max(1, 14 / layout.cell);
}

// Zooms by a factor, holding the point (x, y) where it is.
function zoomView(model, layout, view, { factor, x, y }) {
  const most = Math.max(1, (40 * model.numClasses) / layout.plot); // cells of 40 pixels
  const zoom = Math.min(most, Math.max(1, view.zoom * factor));
  const inX = Math.max(0, Math.min(layout.plot, x - layout.left));
  const inY = Math.max(0, Math.min(layout.plot, y - layout.top));
  const cell = (layout.plot * zoom) / model.numClasses;
  view.x += inX / layout.cell - inX / cell;
  view.y += inY / layout.cell - inY / cell;
  view.zoom = zoom;
}

// Moves the view so that a cell is seen.
function reveal(layout, view, row, column) {
  const margin = Math.min(2, layout.visible / 4);
  if (column < view.x + margin) view.x = column - margin;
  if (column + 1 > view.x + layout.visible - margin) view.x = column + 1 - layout.visible + margin;
  if (row < view.y + margin) view.y = row - margin;
  if (row + 1 > view.y + layout.visible - margin) view.y = row + 1 - layout.visible + margin;
}
