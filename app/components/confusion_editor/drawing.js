// Draws the matrix: cells as one picture of pixels, then numbers, names and groups as text and lines.

// One level for each device pixel; pixels that hold several cells take the greatest level.
function rasterize(model, { size, cell, x, y }) {
  const levels = new Uint8Array(size * size);
  const gap = cell >= 8 ? Math.max(1, Math.round(cell / 40)) : 0;
  const edge = (place, start) => Math.floor((place - start) * cell + 1e-6);
  for (let row = 0; row < model.numClasses; row += 1) {
    const place = model.position[row];
    const top = edge(place, y);
    const bottom = Math.min(size, Math.max(top + 1, edge(place + 1, y) - gap));
    if (bottom <= 0 || top >= size) continue;
    for (let index = model.starts[row]; index < model.starts[row + 1]; index += 1) {
      const column = model.position[model.columns[index]];
      const left = edge(column, x);
      const right = Math.min(size, Math.max(left + 1, edge(column + 1, x) - gap));
      if (right <= 0 || left >= size) continue;
      fillMaximum(levels, size, { left: Math.max(0, left), right, top: Math.max(0, top), bottom }, model.levels[index]);
    }
  }
  return levels;
}

function fillMaximum(levels, size, { left, right, top, bottom }, level) {
  for (let line = top; line < bottom; line += 1) {
    for (let pixel = line * size + left; pixel < line * size + right; pixel += 1) {
      if (levels[pixel] < level) levels[pixel] = level;
    }
  }
}

function putLevels(context, theme, levels, { size, left, top }) {
  const values = pixelValues(theme);
  const image = context.createImageData(size, size);
  const pixels = new Uint32Array(image.data.buffer);
  for (let pixel = 0; pixel < pixels.length; pixel += 1) pixels[pixel] = values[levels[pixel]];
  context.putImageData(image, left, top);
}

// The lower canvas: all that does not depend on the pointer.
function drawBase(context, model, layout, theme, ratio) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  const size = Math.round(layout.plot * ratio);
  const levels = rasterize(model, { size, cell: layout.cell * ratio, x: layout.x, y: layout.y });
  putLevels(context, theme, levels, { size, left: Math.round(layout.left * ratio), top: Math.round(layout.top * ratio) });
  if (layout.mapSize >= 30) drawMinimap(context, model, layout, theme, ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (layout.isNumbered) drawNumbers(context, model, layout, theme);
  if (layout.isNamed) drawNames(context, model, layout, theme);
  drawTitles(context, layout, theme);
  drawGroups(context, model, layout, theme);
}

function drawMinimap(context, model, layout, theme, ratio) {
  const size = Math.round(layout.mapSize * ratio);
  const levels = rasterize(model, { size, cell: size / model.numClasses, x: 0, y: 0 });
  const left = Math.round((layout.left - 6) * ratio) - size;
  const top = Math.round((layout.top - 6) * ratio) - size;
  putLevels(context, theme, levels, { size, left, top });
  context.strokeStyle = theme.text;
  context.lineWidth = ratio;
  const scale = size / model.numClasses;
  const side = Math.max(4, layout.visible * scale);
  context.strokeRect(left + layout.x * scale, top + layout.y * scale, side, side);
}

// Counts or shares inside large cells.
function drawNumbers(context, model, layout, theme) {
  const small = Math.max(8, Math.min(15, layout.cell * 0.32));
  context.font = `${small}px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const [firstRow, lastRow] = visiblePlaces(model, layout, layout.y);
  clipToPlot(context, layout);
  for (let place = firstRow; place <= lastRow; place += 1) {
    const row = model.order[place];
    for (let index = model.starts[row]; index < model.starts[row + 1]; index += 1) {
      const level = model.levels[index];
      const x = edgeX(layout, model.position[model.columns[index]]) + layout.cell / 2;
      const text = model.color === "share"
        ? numberOf((100 * model.counts[index]) / model.totals[row], layout.cell >= 44 ? " %" : "")
        : String(model.counts[index]);
      context.fillStyle = theme.lightness[level] > 0.63 ? "#16181d" : "#ffffff";
      context.fillText(text, x, edgeY(layout, place) + layout.cell / 2);
    }
  }
  context.restore();
}

function numberOf(share, unit) {
  return `${share < 0.5 ? "<1" : Math.round(share)}${unit}`;
}

function drawNames(context, model, layout, theme) {
  context.font = `${layout.nameSize}px ${theme.font}`;
  context.fillStyle = theme.text;
  const [firstRow, lastRow] = visiblePlaces(model, layout, layout.y);
  for (let place = firstRow; place <= lastRow; place += 1) drawRowName(context, model, layout, place);
  const [firstColumn, lastColumn] = visiblePlaces(model, layout, layout.x);
  for (let place = firstColumn; place <= lastColumn; place += 1) drawColumnName(context, model, layout, place);
}

function drawRowName(context, model, layout, place) {
  const y = edgeY(layout, place) + layout.cell / 2;
  if (y < layout.top || y > layout.top + layout.plot) return;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillText(elide(context, model.classNames[model.order[place]], layout.left - TITLE - 8), layout.left - 6, y);
}

function drawColumnName(context, model, layout, place) {
  const x = edgeX(layout, place) + layout.cell / 2;
  if (x < layout.left || x > layout.left + layout.plot) return;
  const name = model.classNames[model.order[place]];
  context.save();
  context.translate(x, layout.top - 6);
  context.textAlign = layout.isUpright ? "center" : "left";
  context.textBaseline = layout.isUpright ? "alphabetic" : "middle";
  if (!layout.isUpright) context.rotate(-Math.PI / 2);
  context.fillText(elide(context, name, layout.isUpright ? layout.cell - 4 : layout.top - TITLE - 8), 0, 0);
  context.restore();
}

// The text, its end replaced by an ellipsis where it is wider than the room.
function elide(context, text, room) {
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

function drawTitles(context, layout, theme) {
  context.font = `12px ${theme.font}`;
  context.fillStyle = theme.faint;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillText("predicted class →", layout.left, 3);
  context.save();
  context.translate(2, layout.top + layout.plot);
  context.rotate(-Math.PI / 2);
  context.textAlign = "right";
  context.fillText("← true class", layout.plot, 0);
  context.restore();
}

// Groups of more than one class: outlines on the matrix, brackets and names at its right.
function drawGroups(context, model, layout, theme) {
  for (const group of model.groups) {
    outlineClasses(context, layout, group.stretches, { color: theme.text, width: layout.cell >= 6 ? 2 : 1 });
  }
  context.font = `12px ${theme.font}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const taken = [];
  for (const group of model.groups) {
    const [first, last] = group.stretches.reduce((most, one) => (one[1] - one[0] > most[1] - most[0] ? one : most));
    const top = Math.max(layout.top, edgeY(layout, first));
    const bottom = Math.min(layout.top + layout.plot, edgeY(layout, last + 1));
    if (bottom <= top) continue;
    const x = layout.left + layout.plot + 5;
    context.fillStyle = theme.text;
    context.fillRect(x, top + 1, 2, Math.max(1, bottom - top - 2));
    const y = (top + bottom) / 2;
    if (taken.some((other) => Math.abs(other - y) < 14)) continue;
    taken.push(y);
    context.fillText(elide(context, group.name, layout.right - 14), x + 7, y);
  }
}

// Outlines the diagonal blocks of some classes, and thinner what they share off the diagonal.
function outlineClasses(context, layout, stretches, { color, width, dash = [] }) {
  clipToPlot(context, layout, width);
  context.strokeStyle = color;
  context.setLineDash(dash);
  for (const rows of stretches) {
    for (const columns of stretches) {
      context.lineWidth = rows === columns ? width : Math.max(1, width / 2);
      strokeCells(context, layout, rows, columns);
    }
  }
  context.restore();
}

function strokeCells(context, layout, [firstRow, lastRow], [firstColumn, lastColumn]) {
  const x = edgeX(layout, firstColumn);
  const y = edgeY(layout, firstRow);
  context.strokeRect(x, y, Math.max(2, edgeX(layout, lastColumn + 1) - x), Math.max(2, edgeY(layout, lastRow + 1) - y));
}

// Saves the context and limits it to the plot; the caller restores it.
function clipToPlot(context, layout, margin = 0) {
  context.save();
  context.beginPath();
  context.rect(layout.left - margin, layout.top - margin, layout.plot + 2 * margin, layout.plot + 2 * margin);
  context.clip();
}
