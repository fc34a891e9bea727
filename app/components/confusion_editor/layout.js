// Where things stand on the canvas, in CSS pixels, and what lies under a point.

const MAX_CELL = 96; // pixels; three classes shall not fill the screen
const MIN_NAMED_CELL = 8; // pixels; below, only every so many names have room
const NAME_DISTANCE = 13; // pixels between such names
const MIN_NUMBERED_CELL = 22; // pixels; below, cells show no number
const TITLE = 22; // pixels for an axis title
const SNAP = 3; // pixels around the pointer in which the strongest confusion is meant, where cells are tiny
const MAPPED = 200; // units above which there is a minimap
const MAP_SPACE = 96; // pixels kept free for it beside the names
const ZOOMED_CELL = 40; // pixels, the most that zooming makes of a cell

// Left to right: true classes' names, the plot, the dendrogram (treeWidth, 0 for none), brackets and names of groups.
function computeLayout(model, { width, maxHeight, view, font, treeWidth = 0 }) {
  const widest = widestName(model, font);
  const isMapped = model.numClasses > MAPPED && width > 420;
  const [least, most] = [isMapped ? MAP_SPACE : 0, Math.max(60, 0.2 * width)];
  const rowSpace = Math.max(least, Math.min(widest + 12, most, 170));
  const columnSpace = Math.max(least, Math.min(widest + 12, most, 120)); // height is scarcer than width
  const brackets = Math.max(46, Math.min(150, 0.15 * width));
  const sides = { width, maxHeight, treeWidth, right: brackets, left: TITLE + rowSpace };
  let layout = fit(model, view, { ...sides, top: TITLE + columnSpace });
  const isUpright = widest + 8 <= layout.cell && !isMapped;
  if (isUpright) layout = fit(model, view, { ...sides, top: TITLE + 22 });
  layout.isNamed = true;
  layout.isUpright = isUpright;
  layout.isNumbered = layout.cell >= MIN_NUMBERED_CELL;
  layout.nameStep = layout.cell >= MIN_NAMED_CELL ? 1 : Math.ceil(NAME_DISTANCE / layout.cell);
  const nameSize = layout.nameStep > 1 ? 10 : Math.max(8, Math.min(13, layout.cell * 0.8));
  layout.nameSize = Math.round(2 * nameSize) / 2; // few sizes, so that shortened names can be kept
  layout.mapSize = isMapped ? Math.min(layout.left, layout.top) - 14 : 0;
  return layout;
}

function fit(model, view, { width, maxHeight, left, right, top, treeWidth }) {
  const bottom = 6;
  const room = Math.min(width - left - right - treeWidth, maxHeight - top - bottom, MAX_CELL * model.numClasses);
  const plot = Math.max(80, Math.floor(room));
  view.zoom = Math.min(maxZoom(model, plot), Math.max(1, view.zoom));
  const cell = (plot * view.zoom) / model.numClasses;
  const visible = plot / cell;
  const limit = Math.max(0, model.numClasses - visible);
  view.x = Math.min(limit, Math.max(0, view.x));
  view.y = Math.min(limit, Math.max(0, view.y));
  const treeLeft = Math.round(left) + plot;
  return {
    left: Math.round(left), top: Math.round(top), plot, cell, visible, width, treeLeft, treeWidth,
    bracketLeft: treeLeft + treeWidth, right: width - treeLeft - treeWidth,
    height: Math.round(top) + plot + bottom, x: view.x, y: view.y,
  };
}

function maxZoom(model, plot) {
  return Math.max(1, (ZOOMED_CELL * model.numClasses) / plot);
}

// Pixels that names need; the longest twentieth may be elided, so that one name does not take the room of all.
function widestName(model, font) {
  if (model.widest === undefined) {
    const context = document.createElement("canvas").getContext("2d");
    context.font = `13px ${font}`;
    const rare = Math.floor(model.numClasses / 20);
    const longest = [...model.classNames].sort((a, b) => b.length - a.length).slice(rare, rare + 40);
    model.widest = longest.reduce((most, name) => Math.max(most, context.measureText(name).width), 0);
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
  if (insideY && x >= layout.bracketLeft) return { zone: "groups", row, column: row };
  return null;
}

// Where cells are tiny, the strongest confusion near the pointer is the one meant.
function snapToConfusion(model, layout, hit) {
  const reach = Math.floor(SNAP / layout.cell);
  if (!hit || hit.zone !== "plot" || reach < 1) return hit;
  const { starts, columns, levels } = model.cells;
  let best = null;
  for (let row = Math.max(0, hit.row - reach); row <= Math.min(model.numClasses - 1, hit.row + reach); row += 1) {
    const unit = model.order[row];
    for (let cell = starts[unit]; cell < starts[unit + 1]; cell += 1) {
      const column = model.position[columns[cell]];
      const distance = Math.max(Math.abs(column - hit.column), Math.abs(row - hit.row));
      if (column === row || distance > reach) continue;
      const rank = levels[cell] - distance / (reach + 1);
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
  const zoom = Math.min(maxZoom(model, layout.plot), Math.max(1, view.zoom * factor));
  const inX = Math.max(0, Math.min(layout.plot, x - layout.left));
  const inY = Math.max(0, Math.min(layout.plot, y - layout.top));
  const cell = (layout.plot * zoom) / model.numClasses;
  view.x += inX / layout.cell - inX / cell;
  view.y += inY / layout.cell - inY / cell;
  view.zoom = zoom;
}

// Moves the view so that a place of the diagonal is in the middle, its cells at least that large where it is zoomed.
function centerOn(model, layout, view, { row, column, minCell = 0 }) {
  const zoom = Math.max(view.zoom, (minCell * model.numClasses) / layout.plot);
  view.zoom = Math.min(maxZoom(model, layout.plot), Math.max(1, zoom));
  const visible = model.numClasses / view.zoom;
  view.x = column + 0.5 - visible / 2;
  view.y = row + 0.5 - visible / 2;
}

// Moves the view so that a cell is seen.
function reveal(layout, view, row, column) {
  const margin = Math.min(2, layout.visible / 4);
  if (column < view.x + margin) view.x = column - margin;
  if (column + 1 > view.x + layout.visible - margin) view.x = column + 1 - layout.visible + margin;
  if (row < view.y + margin) view.y = row - margin;
  if (row + 1 > view.y + layout.visible - margin) view.y = row + 1 - layout.visible + margin;
}
