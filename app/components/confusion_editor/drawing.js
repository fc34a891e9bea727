// Draws the matrix: cells as one picture of pixels, then numbers, names and groups as text and lines.

const MAX_CROSSINGS = 1500; // outlines of what a group's scattered classes share; more would hide the cells
const MIN_OUTLINED = 5; // pixels; the outline of a smaller block would hide it
const MIN_PERCENT_CELL = 44; // pixels; in smaller cells the sign after a share has no room
const elided = new Map(); // font and room -> text -> elided text

// First and last pixel of each unit's rows and columns, from its start and size as shares of a plot of `size` pixels.
function pixelSpans(starts, sizes, size) {
  const [first, last] = [new Int32Array(starts.length), new Int32Array(starts.length)];
  for (let unit = 0; unit < starts.length; unit += 1) {
    const extent = sizes[unit] * size;
    const gap = extent >= 8 ? Math.max(1, Math.round(extent / 40)) : 0;
    first[unit] = Math.floor(starts[unit] * size + 1e-6);
    last[unit] = Math.max(first[unit] + 1, Math.floor((starts[unit] + sizes[unit]) * size + 1e-6) - gap);
  }
  return { first, last };
}

// One level for each device pixel; pixels that hold several cells take the greatest level.
function rasterize(levels, size, cells, rows, columns) {
  levels.fill(0);
  for (let row = 0; row < rows.first.length; row += 1) {
    const top = Math.max(0, rows.first[row]);
    const bottom = Math.min(size, rows.last[row]);
    if (bottom <= top) continue;
    for (let cell = cells.starts[row]; cell < cells.starts[row + 1]; cell += 1) {
      const column = cells.columns[cell];
      const left = Math.max(0, columns.first[column]);
      const right = Math.min(size, columns.last[column]);
      const level = cells.levels[cell];
      for (let line = top * size; line < bottom * size; line += size) {
        for (let pixel = line + left; pixel < line + right; pixel += 1) {
          if (levels[pixel] < level) levels[pixel] = level;
        }
      }
    }
  }
}

function colorPixels(levels, colors, image) {
  const pixels = new Uint32Array(image.data.buffer);
  for (let pixel = 0; pixel < pixels.length; pixel += 1) pixels[pixel] = colors[levels[pixel]];
}

// Counts or shares inside large cells.
function drawNumbers(context, model, layout, theme, options) {
  const { starts, columns, levels, scale } = model.cells;
  const lookup = lookupOf(theme, scale);
  context.font = `${numberSize(model, layout, options)}px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const [firstRow, lastRow] = visiblePlaces(model, layout, layout.y);
  clipToPlot(context, layout);
  for (let place = firstRow; place <= lastRow; place += 1) {
    const row = model.order[place];
    for (let cell = starts[row]; cell < starts[row + 1]; cell += 1) {
      const x = edgeX(layout, model.position[columns[cell]]) + layout.cell / 2;
      if (x < layout.left || x > layout.left + layout.plot + layout.cell) continue;
      context.fillStyle = levels[cell] <= PALED ? theme.faint : lookup.isLight[levels[cell]] ? "#16181d" : "#ffffff";
      context.fillText(numberOf(model, row, cell, layout, options), x, edgeY(layout, place) + layout.cell / 2);
    }
  }
  context.restore();
}

// Size of the numbers' font: the longest number fits a cell.
function numberSize({ maxCount }, { cell }, { measure }) {
  const lettersOfShare = cell >= MIN_PERCENT_CELL ? 5 : 3;
  const letters = MEASURES[measure].isShare ? lettersOfShare : String(maxCount).length;
  return Math.max(8, Math.min(15, 0.42 * cell, (cell - 4) / (0.56 * letters)));
}

function numberOf(model, row, cell, layout, { measure }) {
  if (!MEASURES[measure].isShare) return String(countOf(model, row, model.cells.columns[cell]));
  const share = 100 * model.cells.values[cell];
  return `${share < 0.5 ? "<1" : Math.round(share)}${layout.cell >= MIN_PERCENT_CELL ? " %" : ""}`;
}

// Names at the left and at the top; where cells are small, every so many.
function drawNames(context, model, layout, theme) {
  context.font = `${layout.nameSize}px ${theme.font}`;
  context.fillStyle = theme.text;
  for (const [start, draw] of [[layout.y, drawRowName], [layout.x, drawColumnName]]) {
    const [first, last] = visiblePlaces(model, layout, start);
    for (let place = Math.ceil(first / layout.nameStep) * layout.nameStep; place <= last; place += layout.nameStep) {
      draw(context, model, layout, place);
    }
  }
}

function drawRowName(context, model, layout, place) {
  const y = edgeY(layout, place) + layout.cell / 2;
  if (y < layout.top || y > layout.top + layout.plot) return;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillText(elide(context, model.classNames[model.order[place]], layout.left - TITLE - 10), layout.left - 7, y);
}

function drawColumnName(context, model, layout, place) {
  const x = edgeX(layout, place) + layout.cell / 2;
  if (x < layout.left || x > layout.left + layout.plot) return;
  const name = model.classNames[model.order[place]];
  context.save();
  context.translate(x, layout.top - 7);
  context.textAlign = layout.isUpright ? "center" : "left";
  context.textBaseline = layout.isUpright ? "alphabetic" : "middle";
  if (!layout.isUpright) context.rotate(-Math.PI / 2);
  context.fillText(elide(context, name, layout.isUpright ? layout.cell - 4 : layout.top - TITLE - 10), 0, 0);
  context.restore();
}

// The text, its end replaced by an ellipsis where it is wider than the room.
function elide(context, text, room) {
  const key = `${context.font} ${Math.floor(room)}`;
  if (elided.size > 60) elided.clear();
  if (!elided.has(key)) elided.set(key, new Map());
  const known = elided.get(key);
  if (!known.has(text)) known.set(text, fitText(context, text, room));
  return known.get(text);
}

function fitText(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  const letters = Array.from(text);
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${letters.slice(0, middle).join("")}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  return `${letters.slice(0, low).join("")}…`;
}

function drawTitles(context, model, layout, theme) {
  const what = model.isFolded ? "group" : "class";
  context.font = `12px ${theme.font}`;
  context.fillStyle = theme.faint;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillText(`predicted ${what} →`, layout.left, 3);
  context.save();
  context.translate(2, layout.top + layout.plot);
  context.rotate(-Math.PI / 2);
  context.textAlign = "right";
  context.fillText(`← true ${what}`, layout.plot, 0);
  context.restore();
}

// Outlines of all groups on the matrix: solid or dashed, in the group's color.
function drawOutlines(context, model, layout, theme) {
  const width = layout.cell >= 6 ? 2 : 1;
  const crossings = model.groups.reduce((sum, { stretches }) => sum + stretches.length ** 2 - stretches.length, 0);
  clipToPlot(context, layout, width);
  for (const group of model.groups) {
    if ((model.isFolded && !group.color && group.solid) || isTiny(group, layout)) continue;
    context.strokeStyle = group.color ?? theme.text;
    context.setLineDash(group.solid ? [] : [5, 3]);
    context.lineWidth = group.color ? width + 1 : width;
    strokeBlocks(context, layout, group.stretches, crossings <= MAX_CROSSINGS);
  }
  context.restore();
}

// Whether a group is too small for an outline until it is zoomed.
function isTiny({ stretches }, { cell }) {
  return stretches.every(([first, last]) => (last - first + 1) * cell < MIN_OUTLINED);
}

// Diagonal blocks of stretches of places, and thinner what they share off the diagonal.
function strokeBlocks(context, layout, stretches, isCrossed) {
  const { lineWidth } = context;
  context.beginPath();
  for (const one of stretches) addCells(context, layout, one, one);
  context.stroke();
  if (!isCrossed || stretches.length < 2) return;
  context.lineWidth = Math.max(1, lineWidth / 2);
  context.beginPath();
  for (const rows of stretches) {
    for (const columns of stretches) if (rows !== columns) addCells(context, layout, rows, columns);
  }
  context.stroke();
}

function addCells(context, layout, [firstRow, lastRow], [firstColumn, lastColumn]) {
  const [x, y] = [edgeX(layout, firstColumn), edgeY(layout, firstRow)];
  const [right, bottom] = [edgeX(layout, lastColumn + 1), edgeY(layout, lastRow + 1)];
  const end = layout.plot + 9;
  if (right < layout.left - 9 || bottom < layout.top - 9 || x > layout.left + end || y > layout.top + end) return;
  context.rect(x, y, Math.max(2, right - x), Math.max(2, bottom - y));
}

// Outlines the diagonal blocks of some units, and thinner what they share off the diagonal.
function outlineClasses(context, layout, stretches, { color, width, dash = [] }) {
  clipToPlot(context, layout, width);
  context.strokeStyle = color;
  context.setLineDash(dash);
  context.lineWidth = width;
  strokeBlocks(context, layout, stretches, stretches.length ** 2 <= MAX_CROSSINGS);
  context.restore();
}

// A class that was searched for: lines along its row and column, and its name.
function drawFound(context, model, layout, theme, unit) {
  const place = model.position[unit];
  clipToPlot(context, layout, 1);
  context.strokeStyle = theme.found;
  context.lineWidth = 2;
  const grow = Math.max(1, (4 - layout.cell) / 2);
  const side = layout.cell + 2 * grow;
  context.strokeRect(layout.left - 4, edgeY(layout, place) - grow, layout.plot + 8, side);
  context.strokeRect(edgeX(layout, place) - grow, layout.top - 4, side, layout.plot + 8);
  context.restore();
  context.font = `700 ${Math.max(11, layout.nameSize)}px ${theme.font}`;
  context.fillStyle = theme.background;
  const isSeen = (start) => place + 0.5 >= start && place + 0.5 <= start + layout.visible;
  if (isSeen(layout.y)) context.fillRect(TITLE, edgeY(layout, place) + layout.cell / 2 - 8, layout.left - TITLE - 2, 16);
  if (isSeen(layout.x)) context.fillRect(edgeX(layout, place) + layout.cell / 2 - 8, TITLE, 16, layout.top - TITLE - 2);
  context.fillStyle = theme.found;
  drawRowName(context, model, layout, place);
  drawColumnName(context, model, layout, place);
}

// Saves the context and limits it to the plot; the caller restores it.
function clipToPlot(context, layout, margin = 0) {
  context.save();
  context.beginPath();
  context.rect(layout.left - margin, layout.top - margin, layout.plot + 2 * margin, layout.plot + 2 * margin);
  context.clip();
}
