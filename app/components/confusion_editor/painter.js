// When and what is painted: the layout at once, the picture in the next frame, so that many events cost one painting;
// an answer of Python at once, since Streamlit hands it over after a frame has passed already.
// What has not changed is kept: the matrix as pixels is made anew only if its cells, places or the view have changed.
// A change of order, and folding, is shown as a movement, so that the eye can follow which classes go where.

const FOLD_MS = 350;
const ORDER_MS = 250;
const MAX_MOVED = 200; // classes; above, a new order is shown at once
const WORTH_ZOOMING = 1.3; // times; where cells are large already, the buttons would do nothing
const MAX_MOVED_OUTLINES = 400; // groups outlined while they move

const painters = new WeakMap(); // editor -> what was painted last, and what is kept for the next time

function painterOf(editor) {
  if (!painters.has(editor)) painters.set(editor, { frame: 0, painted: null, motion: null, pixels: null });
  return painters.get(editor);
}

// Lays the editor out now and paints it in the next frame, or at once.
function drawEditor(editor, atOnce) {
  const { model, view, theme } = editor;
  const painter = painterOf(editor);
  editor.width = editor.root.clientWidth || 600;
  editor.ratio = window.devicePixelRatio || 1;
  keepPlace(view, model);
  const maxHeight = heightForMatrix(editor);
  const treeWidth = editor.treeWidth ?? 0;
  editor.layout = computeLayout(model, { width: editor.width, maxHeight, view, font: theme.font, treeWidth });
  const { left, top, cell, plot, x, y } = editor.layout;
  Object.assign(editor.overlay.dataset, { left, top, cell, plot, x, y });
  editor.find("zoom").hidden = maxZoom(model, plot) < WORTH_ZOOMING;
  if (painter.order !== model.order) editor.overlay.dataset.order = model.order.join(" ");
  painter.order = model.order;
  if (atOnce) {
    cancelAnimationFrame(painter.frame);
    paint(editor, painter);
  } else painter.frame ||= requestAnimationFrame(() => paint(editor, painter));
}

// A zoomed view stays where it is when rows and columns become fewer or more.
function keepPlace(view, model) {
  if (view.units && view.units !== model.numClasses) {
    view.x *= model.numClasses / view.units;
    view.y *= model.numClasses / view.units;
  }
  view.units = model.numClasses;
}

function stopDrawing(editor) {
  const painter = painterOf(editor);
  cancelAnimationFrame(painter.frame);
  painters.delete(editor);
}

function paint(editor, painter) {
  painter.frame = 0;
  if (!editor.model) return;
  const { model, layout, ratio, base, overlay } = editor;
  for (const canvas of [base, overlay]) sizeCanvas(canvas, editor.width, layout.height, ratio);
  const now = performance.now();
  const movement = movementOf(painter.painted?.model, model);
  if (movement) painter.motion = startMotion(painter, movement, now);
  if (painter.motion && now - painter.motion.began >= painter.motion.duration) painter.motion = null;
  const context = base.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, base.width, base.height);
  if (painter.motion) paintMotion(context, editor, painter, now);
  else paintStill(context, editor, painter);
  drawMinimap(editor, painter);
  showLegend(editor);
  painter.painted = { model, layout };
  overlay.dataset.answers = editor.calls;
  overlay.dataset.moving = painter.motion ? "yes" : "no";
  editor.painted?.();
  if (painter.motion) painter.frame ||= requestAnimationFrame(() => paint(editor, painter));
}

function sizeCanvas(canvas, width, height, ratio) {
  const size = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== size[0]) canvas.width = size[0];
  if (canvas.height !== size[1]) canvas.height = size[1];
  const shown = `${height}px`;
  if (canvas.style.height !== shown) canvas.style.height = shown;
}

function paintStill(context, editor, painter) {
  const { model, layout, theme, ratio } = editor;
  const size = Math.round(layout.plot * ratio);
  const image = pixelsOf(painter, editor, size);
  context.putImageData(image, Math.round(layout.left * ratio), Math.round(layout.top * ratio));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (layout.isNumbered) drawNumbers(context, model, layout, theme, editor.options);
  drawNames(context, model, layout, theme);
  drawTitles(context, model, layout, theme);
  drawOutlines(context, model, layout, theme);
  drawBrackets(context, model, layout, theme);
  if (editor.found !== null && editor.found !== undefined) {
    drawFound(context, model, layout, theme, unitOf(model, editor.found));
  }
}

// The matrix as pixels, kept while nothing of it has changed.
function pixelsOf(painter, { model, layout, theme }, size) {
  const { cells } = model;
  const kept = painter.pixels;
  const isSame = kept && kept.cells === cells && kept.size === size && kept.theme === theme
    && kept.x === layout.x && kept.y === layout.y && kept.cell === layout.cell && isEqual(kept.position, model.position);
  if (!isSame) {
    const reusable = kept?.size === size ? kept : emptyPixels(size);
    fillPixels(reusable, cells, unitPlacement(model, layout), theme, size);
    painter.pixels = {
      ...reusable, cells, size, theme, x: layout.x, y: layout.y, cell: layout.cell, position: model.position,
    };
  }
  return painter.pixels.image;
}

function emptyPixels(size) {
  return { levels: new Uint8Array(size * size), image: new ImageData(size, size) };
}

function fillPixels({ levels, image }, cells, { rows, columns, sizes }, theme, size) {
  rasterize(levels, size, cells, pixelSpans(rows, sizes, size), pixelSpans(columns, sizes, size));
  colorPixels(levels, lookupOf(theme, cells.scale).pixels, image);
}

function isEqual(first, second) {
  return first === second || (first.length === second.length && first.every((value, index) => value === second[index]));
}

// What has to be shown as a movement: "fold", "order" or nothing.
function movementOf(old, model) {
  if (!old || old === model || old.fine.matrixKey !== model.fine.matrixKey) return null;
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return null;
  if (old.isFolded !== model.isFolded) return model.fine.groups.length ? "fold" : null;
  if (model.fine.numClasses > MAX_MOVED) return null;
  const isMoved = !isEqual(old.position, model.position) || (model.isFolded && !isEqual(old.groupOf, model.groupOf));
  return isMoved ? "order" : null;
}

function startMotion(painter, kind, now) {
  const { model, layout } = painter.painted;
  const from = painter.motion ? painter.motion.placement : placementOf(model, layout);
  return { kind, from, began: now, duration: kind === "fold" ? FOLD_MS : ORDER_MS, old: painter.painted };
}

function paintMotion(context, editor, painter, now) {
  const { model, layout, theme, ratio } = editor;
  const { fine } = model;
  const { motion } = painter;
  const along = Math.min(1, (now - motion.began) / motion.duration);
  const share = along < 0.5 ? 4 * along ** 3 : 1 - (2 - 2 * along) ** 3 / 2;
  motion.placement = mixPlacements(motion.from, placementOf(model, layout), share);
  const size = Math.round(layout.plot * ratio);
  if (motion.size !== size) Object.assign(motion, { size, ...emptyPixels(size) });
  fillPixels(motion, fine.cells, motion.placement, theme, size);
  const [left, top] = [Math.round(layout.left * ratio), Math.round(layout.top * ratio)];
  context.putImageData(motion.image, left, top);
  if (model.isFolded || motion.old.model.isFolded) fadeFolded(context, editor, motion, { share, left, top, size });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawTitles(context, model, layout, theme);
  drawMovingNames(context, editor, motion, share);
  drawMovingOutlines(context, fine, motion.placement, layout, theme);
}

// The folded matrix shows through towards its end of the movement.
function fadeFolded(context, { model, layout, theme }, motion, { share, left, top, size }) {
  const folded = model.isFolded ? { model, layout } : motion.old;
  const alpha = model.isFolded ? (share - 0.6) / 0.4 : 1 - share / 0.4;
  if (alpha <= 0) return;
  if (!motion.folded) {
    motion.folded = document.createElement("canvas");
    motion.folded.width = motion.folded.height = size;
    const picture = emptyPixels(size);
    fillPixels(picture, folded.model.cells, unitPlacement(folded.model, folded.layout), theme, size);
    motion.folded.getContext("2d").putImageData(picture.image, 0, 0);
  }
  context.globalAlpha = alpha;
  context.drawImage(motion.folded, left, top, size, size);
  context.globalAlpha = 1;
}

function drawMovingNames(context, { model, layout, theme }, motion, share) {
  const { fine } = model;
  if (fine.numClasses > MAX_MOVED) return;
  if (model.isFolded) {
    context.globalAlpha = share;
    drawNames(context, model, layout, theme);
  }
  context.globalAlpha = model.isFolded ? 1 - share : motion.kind === "fold" ? share : 1;
  context.font = `${layout.nameSize}px ${theme.font}`;
  context.fillStyle = theme.text;
  context.textAlign = "right";
  context.textBaseline = "middle";
  fine.classNames.forEach((name, one) => {
    const y = layout.top + (motion.placement.rows[one] + motion.placement.sizes[one] / 2) * layout.plot;
    if (y < layout.top || y > layout.top + layout.plot) return;
    context.fillText(elide(context, name, layout.left - TITLE - 10), layout.left - 7, y);
  });
  context.globalAlpha = 1;
}

function drawMovingOutlines(context, fine, { rows, columns, sizes }, layout, theme) {
  clipToPlot(context, layout, 2);
  context.lineWidth = 2;
  for (const group of fine.groups.slice(0, MAX_MOVED_OUTLINES)) {
    context.strokeStyle = group.color ?? theme.text;
    for (const stretch of group.stretches) {
      const [first, last] = stretch.map((place) => fine.order[place]);
      const x = layout.left + columns[first] * layout.plot;
      const y = layout.top + rows[first] * layout.plot;
      const width = (columns[last] + sizes[last] - columns[first]) * layout.plot;
      context.strokeRect(x, y, width, (rows[last] + sizes[last] - rows[first]) * layout.plot);
    }
  }
  context.restore();
}
