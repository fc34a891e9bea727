// Draws what moves with pointer and keys, on a canvas of its own above the matrix.

// `marks`: hit (cell under the pointer), cursor (keyboard's cell), chosen (units), isPair (they are a true and a
// predicted class), block ([first, last]), carried (what is being dragged, and where it would land).
function drawOverlay(context, model, layout, theme, ratio, marks) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const pointed = marks.hit || marks.cursor;
  if (pointed && !marks.block && pointed.row < model.numClasses) drawCrosshair(context, model, layout, theme, pointed);
  if (marks.block) {
    drawBlock(context, layout, theme, marks.block);
  } else if (marks.chosen.length === 2 && marks.isPair) {
    drawPair(context, model, layout, theme, marks.chosen);
  } else if (marks.chosen.length) {
    const stretches = stretchesOf(model, marks.chosen);
    outlineClasses(context, layout, stretches, { color: theme.background, width: 5 });
    outlineClasses(context, layout, stretches, { color: theme.accent, width: 3, dash: [6, 3] });
  }
  if (marks.cursor) drawCell(context, layout, marks.cursor.row, marks.cursor.column, { color: theme.text, width: 2 });
  if (marks.carried) drawCarried(context, model, layout, theme, marks.carried);
}

// Lines beside the row and the column, and their names as chips above the others.
function drawCrosshair(context, model, layout, theme, { zone, row, column }) {
  clipToPlot(context, layout);
  context.globalAlpha = 0.5;
  context.fillStyle = theme.text;
  const edges = layout.cell >= 4 ? [0, 1] : [0.5];
  for (const edge of edges) {
    if (zone !== "columns") context.fillRect(layout.left, edgeY(layout, row + edge) - 0.5, layout.plot, 1);
    if (zone !== "rows") context.fillRect(edgeX(layout, column + edge) - 0.5, layout.top, 1, layout.plot);
  }
  context.restore();
  if (zone === "plot") {
    drawCell(context, layout, row, column, { color: theme.text, width: 1.5 });
    if (row !== column) drawCell(context, layout, column, row, { color: theme.text, width: 1 });
  }
  if (!layout.isNamed) return;
  context.font = `600 ${layout.nameSize}px ${theme.font}`;
  drawRowChip(context, model, layout, theme, row);
  drawColumnChip(context, model, layout, theme, column);
}

function drawRowChip(context, model, layout, theme, place) {
  const height = layout.nameSize + 6;
  context.fillStyle = theme.background;
  context.fillRect(TITLE, edgeY(layout, place) + (layout.cell - height) / 2, layout.left - TITLE - 4, height);
  context.fillStyle = theme.text;
  drawRowName(context, model, layout, place);
}

function drawColumnChip(context, model, layout, theme, place) {
  const width = layout.isUpright ? layout.cell : layout.nameSize + 6;
  context.fillStyle = theme.background;
  context.fillRect(edgeX(layout, place) + (layout.cell - width) / 2, TITLE, width, layout.top - TITLE - 4);
  context.fillStyle = theme.text;
  drawColumnName(context, model, layout, place);
}

function drawPair(context, model, layout, theme, [first, second]) {
  const [row, column] = [model.position[first], model.position[second]];
  drawCell(context, layout, row, column, { color: theme.background, width: 6 });
  drawCell(context, layout, column, row, { color: theme.background, width: 5 });
  drawCell(context, layout, row, column, { color: theme.accent, width: 3 });
  drawCell(context, layout, column, row, { color: theme.accent, width: 2, dash: [4, 3] });
}

function drawBlock(context, layout, theme, block) {
  clipToPlot(context, layout);
  context.globalAlpha = 0.25;
  context.fillStyle = theme.accent;
  const size = (block[1] - block[0] + 1) * layout.cell;
  context.fillRect(edgeX(layout, block[0]), edgeY(layout, block[0]), size, size);
  context.restore();
  outlineClasses(context, layout, [block], { color: theme.accent, width: 3 });
}

// What is dragged, and the group it would join or the line between two classes where it would stand.
function drawCarried(context, model, layout, theme, { classes, target }) {
  const own = stretchesOf(model, unitsOf(model, classes));
  outlineClasses(context, layout, own, { color: theme.accent, width: 2, dash: [3, 3] });
  if (!target) return;
  if (target.classes) {
    const stretches = stretchesOf(model, unitsOf(model, target.classes));
    outlineClasses(context, layout, stretches, { color: theme.background, width: 6 });
    outlineClasses(context, layout, stretches, { color: theme.accent, width: 4 });
    context.fillStyle = theme.accent;
    for (const [first, last] of stretches) {
      const [top, bottom] = [edgeY(layout, first), edgeY(layout, last + 1)].map((y) => insidePlot(layout, y));
      context.fillRect(layout.left - 4, top, 4, bottom - top);
      context.fillRect(layout.bracketLeft, top, 4, bottom - top);
    }
  } else if (target.place !== undefined) {
    const [x, y] = [edgeX(layout, target.drawnPlace), edgeY(layout, target.drawnPlace)];
    context.fillStyle = theme.accent;
    const [right, bottom] = [layout.left + layout.plot, layout.top + layout.plot];
    if (y >= layout.top && y <= bottom) context.fillRect(TITLE, y - 2, layout.bracketLeft + layout.right - TITLE, 4);
    if (x >= layout.left && x <= right) context.fillRect(x - 2, TITLE, 4, bottom - TITLE);
  }
}

function insidePlot(layout, y) {
  return Math.max(layout.top, Math.min(layout.top + layout.plot, y));
}

// Outlines one cell; a tiny one gets a frame that can be seen.
function drawCell(context, layout, row, column, { color, width, dash = [] }) {
  const grow = Math.max(0, (8 - layout.cell) / 2);
  clipToPlot(context, layout, width);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(dash);
  const side = layout.cell + 2 * grow;
  context.strokeRect(edgeX(layout, column) - grow, edgeY(layout, row) - grow, side, side);
  context.restore();
}
