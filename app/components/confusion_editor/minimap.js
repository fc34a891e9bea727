// The whole matrix in small, in the corner above the names: a frame shows the view, a click or a drag moves it.

const MIN_MAP = 40; // pixels; below, it would show nothing
const MAP_ZOOM_CELL = 12; // pixels of a cell after a click on the map of an unzoomed matrix

function startMinimap(editor) {
  const map = editor.find("minimap");
  map.title = "The whole matrix; click or drag to move the view.";
  const on = (name, handler) => map.addEventListener(name, handler, { signal: editor.signal });
  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    map.setPointerCapture(event.pointerId);
    event.preventDefault();
    moveByMap(editor, event, MAP_ZOOM_CELL);
  });
  on("pointermove", (event) => { if (map.hasPointerCapture(event.pointerId)) moveByMap(editor, event, 0); });
}

function moveByMap(editor, event, zoomedCell) {
  const { model, layout, view } = editor;
  const minCell = view.zoom > 1 ? 0 : zoomedCell;
  const place = (offset) => (offset / layout.mapSize) * model.numClasses - 0.5;
  centerOn(model, layout, view, { row: place(event.offsetY), column: place(event.offsetX), minCell });
  editor.draw();
}

function drawMinimap(editor, painter) {
  const { layout, ratio } = editor;
  const map = editor.find("minimap");
  map.hidden = layout.mapSize < MIN_MAP;
  if (map.hidden) return;
  const size = Math.round(layout.mapSize * ratio);
  if (map.width !== size) map.width = map.height = size;
  map.style.width = map.style.height = `${layout.mapSize}px`;
  const context = map.getContext("2d");
  context.putImageData(mapPixels(editor, painter, size), 0, 0);
  const scale = size / editor.model.numClasses;
  const side = Math.max(4 * ratio, layout.visible * scale);
  context.lineWidth = 2 * ratio;
  for (const [color, inset] of [[editor.theme.background, 2 * ratio], [editor.theme.text, ratio]]) {
    context.strokeStyle = color;
    const start = (place) => Math.min(size - side, place * scale) + inset;
    context.strokeRect(start(layout.x), start(layout.y), side - 2 * inset, side - 2 * inset);
  }
}

function mapPixels({ model, theme }, painter, size) {
  const { cells, position } = model;
  const kept = painter.map;
  if (kept?.cells === cells && kept.size === size && kept.theme === theme && isEqual(kept.position, position)) {
    return kept.image;
  }
  const picture = emptyPixels(size);
  const whole = { x: 0, y: 0, cell: 1, plot: model.numClasses };
  fillPixels(picture, cells, unitPlacement(model, whole), theme, size);
  painter.map = { image: picture.image, cells, size, theme, position };
  return picture.image;
}
