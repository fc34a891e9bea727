// Turns pointer and keyboard into the editor's few actions: point, choose, mergeClasses, zoom, pan.

const DRAG = 4; // pixels; a shorter movement is a click
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// Attaches all listeners; they end with the editor's abort signal.
function listen(editor) {
  const { overlay, signal } = editor;
  const on = (name, handler, options = {}) => overlay.addEventListener(name, handler, { signal, ...options });
  on("pointermove", (event) => pointerMoved(editor, event));
  on("pointerdown", (event) => pointerPressed(editor, event));
  on("pointerup", (event) => pointerReleased(editor, event));
  on("pointercancel", () => dropPress(editor));
  on("pointerleave", () => { if (!editor.press) editor.point(null); });
  on("dblclick", (event) => doubleClicked(editor, event));
  on("wheel", (event) => wheelTurned(editor, event), { passive: false });
  on("keydown", (event) => keyPressed(editor, event));
  on("keyup", (event) => { if (event.key === "Shift") finishBlock(editor); });
  on("focus", () => { editor.isFocused = true; editor.redrawOverlay(); });
  on("blur", () => { editor.isFocused = false; editor.redrawOverlay(); });
}

function hitOf(editor, event) {
  return hitTest(editor.model, editor.layout, event.offsetX, event.offsetY);
}

function pointerPressed(editor, event) {
  editor.usesKeys = false;
  if (event.button !== 0) return;
  const hit = hitOf(editor, event);
  if (!hit) return;
  editor.press = { hit, x: event.offsetX, y: event.offsetY, mode: null, viewX: editor.view.x, viewY: editor.view.y };
  editor.overlay.setPointerCapture(event.pointerId);
}

function pointerMoved(editor, event) {
  const { press } = editor;
  if (!press) {
    editor.point(snapToConfusion(editor.model, editor.layout, hitOf(editor, event)), event.offsetX, event.offsetY);
    return;
  }
  const [dx, dy] = [event.offsetX - press.x, event.offsetY - press.y];
  if (!press.mode && Math.hypot(dx, dy) > DRAG) press.mode = dragMode(editor, press.hit);
  if (press.mode === "block") {
    editor.point(null);
    editor.setBlock(placeAlong(editor, press.x, press.y, press.hit), placeAlong(editor, event.offsetX, event.offsetY, press.hit));
  } else if (press.mode === "pan") {
    editor.point(null);
    editor.moveView(press.viewX - dx / editor.layout.cell, press.viewY - dy / editor.layout.cell);
  }
}

function dragMode(editor, hit) {
  if (isNearDiagonal(editor.layout, hit)) return "block";
  return editor.view.zoom > 1 ? "pan" : "none";
}

// The place on the diagonal that is nearest to a point; along the names, the place beside it.
function placeAlong(editor, x, y, { zone }) {
  const { model, layout } = editor;
  const row = (y - layout.top) / layout.cell + layout.y;
  const column = (x - layout.left) / layout.cell + layout.x;
  const place = zone === "plot" ? (row + column) / 2 : zone === "columns" ? column : row;
  return Math.max(0, Math.min(model.numClasses - 1, Math.floor(place)));
}

function pointerReleased(editor, event) {
  const { press } = editor;
  editor.press = null;
  if (!press) return;
  if (press.mode === "block" && editor.block) {
    const start = placeAlong(editor, press.x, press.y, press.hit);
    editor.cursor = { zone: "plot", row: start, column: start };
    finishBlock(editor);
  } else if (!press.mode) clicked(editor, snapToConfusion(editor.model, editor.layout, press.hit), event.shiftKey);
}

function dropPress(editor) {
  editor.press = null;
  editor.block = null;
  editor.redrawOverlay();
}

function clicked(editor, hit, isExtending) {
  const { order } = editor.model;
  if (isExtending && editor.cursor) {
    editor.setBlock(editor.cursor.row, Math.round((hit.row + hit.column) / 2));
    finishBlock(editor);
    return;
  }
  editor.cursor = { zone: "plot", row: hit.row, column: hit.column };
  editor.blockEnd = null;
  if (hit.zone === "plot" && hit.row !== hit.column) editor.choose([order[hit.row], order[hit.column]]);
  else editor.choose(groupAt(editor.model, hit.row));
}

function doubleClicked(editor, event) {
  const hit = snapToConfusion(editor.model, editor.layout, hitOf(editor, event));
  if (!hit || hit.zone !== "plot" || hit.row === hit.column) return;
  editor.mergeClasses([editor.model.order[hit.row], editor.model.order[hit.column]]);
}

function finishBlock(editor) {
  if (!editor.block) return;
  const [first, last] = editor.block;
  editor.block = null;
  editor.choose(last > first ? Array.from(editor.model.order.slice(first, last + 1)) : []);
}

// Zooms with Ctrl or a pinch; without, a zoomed matrix scrolls and the page takes over at its end.
function wheelTurned(editor, event) {
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    editor.zoom(Math.exp(-event.deltaY / 300), event.offsetX, event.offsetY);
  } else if (editor.view.zoom > 1) {
    const { x, y } = editor.layout;
    editor.moveView(x + event.deltaX / editor.layout.cell, y + event.deltaY / editor.layout.cell);
    if (editor.layout.x !== x || editor.layout.y !== y) event.preventDefault();
  }
}

function keyPressed(editor, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  editor.usesKeys = true;
  const isHandled = STEPS[event.key] ? moveCursor(editor, STEPS[event.key], event.shiftKey) : runKey(editor, event.key);
  if (isHandled) {
    event.preventDefault();
    event.stopPropagation();
  }
}

function runKey(editor, key) {
  const { cursor, model } = editor;
  const keys = {
    Enter: () => { if (cursor) clicked(editor, cursor, false); },
    " ": () => { if (cursor) clicked(editor, cursor, false); },
    m: () => mergeByKey(editor),
    n: () => jumpToConfusion(editor, 1),
    p: () => jumpToConfusion(editor, -1),
    Home: () => editor.moveCursorTo(0, 0),
    End: () => editor.moveCursorTo(model.numClasses - 1, model.numClasses - 1),
    Escape: () => clearAll(editor),
    "+": () => editor.zoom(1.5),
    "=": () => editor.zoom(1.5),
    "-": () => editor.zoom(1 / 1.5),
    0: () => editor.zoom(0),
  };
  const action = keys[key.length === 1 ? key.toLowerCase() : key];
  if (action) action();
  return Boolean(action);
}

function moveCursor(editor, [down, right], isExtending) {
  const { cursor, model } = editor;
  const limit = (place) => Math.max(0, Math.min(model.numClasses - 1, place));
  if (isExtending) {
    const anchor = cursor ? cursor.row : 0;
    editor.setBlock(anchor, limit((editor.blockEnd ?? anchor) + down + right));
  } else if (cursor) {
    editor.moveCursorTo(limit(cursor.row + down), limit(cursor.column + right));
  } else {
    editor.moveCursorTo(0, 0);
  }
  return true;
}

function jumpToConfusion(editor, direction) {
  const { model } = editor;
  model.confusions ??= listConfusions(model, 500);
  if (!model.confusions.length) return;
  const { cursor } = editor;
  const now = cursor
    ? model.confusions.findIndex(([row, column]) => (
      model.position[row] === cursor.row && model.position[column] === cursor.column))
    : -1;
  const count = model.confusions.length;
  const next = now < 0 ? (direction > 0 ? 0 : count - 1) : (now + direction + count) % count;
  const [row, column] = model.confusions[next];
  editor.moveCursorTo(model.position[row], model.position[column]);
}

// M merges the chosen block; else the pair under the cursor; else the chosen pair.
function mergeByKey(editor) {
  const { cursor, chosen, model } = editor;
  finishBlock(editor);
  if (editor.chosen.length > 2) editor.mergeClasses(editor.chosen);
  else if (cursor && cursor.row !== cursor.column) editor.mergeClasses([model.order[cursor.row], model.order[cursor.column]]);
  else if (chosen.length === 2) editor.mergeClasses(chosen);
  else editor.say("Nothing to merge: choose a cell off the diagonal, or a block of classes.");
}

function clearAll(editor) {
  editor.press = null;
  editor.block = null;
  editor.blockEnd = null;
  editor.cursor = null;
  editor.point(null);
  if (editor.chosen.length) editor.choose([]);
  editor.say(HINT);
  editor.redrawOverlay();
}
