// The editor: one object a place on the page; Streamlit calls the default export at each change of its values.

const EDITORS = new WeakMap(); // parent element -> editor

class ConfusionEditor {
  constructor(parent) {
    this.root = parent.querySelector(".editor");
    this.host = parent.host || parent;
    this.find = (name) => this.root.querySelector(`.${name}`);
    [this.base, this.overlay] = [this.find("base"), this.find("overlay")];
    this.view = { zoom: 1, x: 0, y: 0 };
    this.hit = this.cursor = this.press = null;
    this.block = this.blockEnd = null; // a stretch that is being chosen, and its moving end
    this.chosen = [];
    this.isFocused = false;
    this.usesKeys = false; // the cursor is shown to who moves it
    this.sent = 0; // number of the last event sent
    this.outbox = []; // events that Python has not answered; Streamlit may drop a trigger that another overtakes
    this.calls = 0; // answers of Python
    this.abort = new AbortController();
    this.signal = this.abort.signal;
    listen(this);
    this.listenToButtons();
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.root);
  }

  destroy() {
    this.abort.abort();
    this.observer.disconnect();
    this.model = null;
  }

  listenToButtons() {
    const on = (name, action) => this.find(name).addEventListener("click", action, { signal: this.signal });
    on("zoom-in", () => this.zoom(1.5));
    on("zoom-out", () => this.zoom(1 / 1.5));
    on("zoom-fit", () => this.zoom(0));
    on("merge", () => this.mergeClasses(this.chosen));
  }

  // New values from Python. What it says of the choice counts only if it has seen the last event.
  update(bytes, send) {
    const old = this.model;
    this.send = send;
    this.model = unpackPayload(bytes);
    this.theme = readTheme(this.host);
    const { model } = this;
    const isOther = old && old.classNames.join("\n") !== model.classNames.join("\n");
    if (isOther) this.forget();
    const isNewSession = !old || model.seen < old.seen;
    if (isNewSession) this.sent = model.seen;
    this.outbox = isNewSession ? [] : this.outbox.filter((event) => event.number > model.seen);
    if (isOther || model.seen >= this.sent) this.chosen = model.chosen;
    if (old && !isOther) this.followCursor(old);
    this.draw();
    showLegend(this);
    this.overlay.setAttribute(
      "aria-label",
      `Confusion matrix of ${model.numClasses} classes in ${model.groupNames.length} groups. Arrow keys move, N goes to `
        + "the next confusion, Enter chooses, M merges, Shift with arrows chooses several classes, Escape clears.",
    );
    if (!old || isOther) this.say(HINT);
    else if (old.groupNames.length !== model.groupNames.length) {
      this.say(`${model.numClasses} classes are now in ${model.groupNames.length} groups.`);
    }
  }

  forget() {
    this.hit = this.cursor = this.block = this.blockEnd = null;
    this.view = { zoom: 1, x: 0, y: 0 };
  }

  // Classes change their places when the order changes; the cursor stays on its two classes.
  followCursor(old) {
    this.hit = this.block = null;
    this.find("card").hidden = true;
    if (!this.cursor) return;
    this.cursor.row = this.model.position[old.order[this.cursor.row]];
    this.cursor.column = this.model.position[old.order[this.cursor.column]];
  }

  resized() {
    const changed = this.model && (this.root.clientWidth !== this.width || window.devicePixelRatio !== this.ratio);
    if (changed && this.root.clientWidth) this.draw();
  }

  draw() {
    this.width = this.root.clientWidth || 600;
    this.ratio = window.devicePixelRatio || 1;
    const maxHeight = Math.max(420, Math.min(1100, window.innerHeight - 340));
    const { model, view, theme } = this;
    this.layout = computeLayout(model, { width: this.width, maxHeight, view, font: theme.font });
    for (const canvas of [this.base, this.overlay]) this.resizeCanvas(canvas);
    drawBase(this.base.getContext("2d"), model, this.layout, theme, this.ratio);
    this.redrawOverlay();
    const canZoom = (this.layout.plot / model.numClasses) < MIN_NUMBERED_CELL;
    const zoom = this.find("zoom");
    zoom.hidden = !canZoom;
    zoom.style.transform = `translateX(${this.layout.left + this.layout.plot - zoom.offsetWidth}px)`;
    const { left, top, cell, x, y } = this.layout;
    Object.assign(this.overlay.dataset, { left, top, cell, x, y, order: model.order.join(" "), answers: this.calls });
  }

  resizeCanvas(canvas) {
    const [width, height] = [Math.round(this.width * this.ratio), Math.round(this.layout.height * this.ratio)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    canvas.style.height = `${this.layout.height}px`;
  }

  redrawOverlay() {
    if (!this.model) return;
    const marks = {
      hit: this.hit, cursor: this.isFocused && this.usesKeys ? this.cursor : null, chosen: this.chosen, block: this.block,
    };
    drawOverlay(this.overlay.getContext("2d"), this.model, this.layout, this.theme, this.ratio, marks);
    showMergeButton(this);
  }

  point(hit, x, y) {
    this.hit = hit;
    this.redrawOverlay();
    showCard(this, hit, x, y);
  }

  moveCursorTo(row, column) {
    this.cursor = { zone: "plot", row, column };
    this.hit = this.block = this.blockEnd = null;
    this.find("card").hidden = true;
    if (this.view.zoom > 1) {
      reveal(this.layout, this.view, row, column);
      this.draw();
    } else this.redrawOverlay();
    this.say(cardLines(this.model, this.cursor).join("; "));
  }

  setBlock(start, end) {
    this.block = [Math.min(start, end), Math.max(start, end)];
    this.blockEnd = end;
    this.redrawOverlay();
    this.say(`${this.block[1] - this.block[0] + 1} classes: ${this.words(this.model.order.slice(this.block[0], this.block[1] + 1))}`);
  }

  words(classes) {
    return nameSome(this.model, classes);
  }

  choose(classes) {
    const isSame = classes.length === this.chosen.length && classes.every((index, place) => index === this.chosen[place]);
    this.chosen = classes;
    this.redrawOverlay();
    if (classes.length) this.say(`Chosen: ${this.words(classes)}. M merges them.`);
    else this.say(HINT);
    if (!isSame) this.sendEvent("choose", classes);
  }

  mergeClasses(classes) {
    if (new Set(classes.map((index) => this.model.groupOf[index])).size < 2) {
      this.say(`${this.words(classes)}: already in one group.`);
      return;
    }
    this.say(`Merging ${this.words(classes)}.`);
    this.sendEvent("merge", classes);
  }

  sendEvent(kind, classes) {
    this.sent += 1;
    this.outbox.push({ kind, classes: classes.map((index) => this.model.classNames[index]), number: this.sent });
    this.send("events", this.outbox.slice());
  }

  // Zooms about a point, by default the middle; factor 0 shows everything again.
  zoom(factor, x = this.layout.left + this.layout.plot / 2, y = this.layout.top + this.layout.plot / 2) {
    if (factor) zoomView(this.model, this.layout, this.view, { factor, x, y });
    else this.view = { zoom: 1, x: 0, y: 0 };
    this.draw();
  }

  moveView(x, y) {
    this.view.x = x;
    this.view.y = y;
    this.draw();
  }

  say(text) {
    const status = this.find("status");
    if (status.textContent !== text) status.textContent = text;
  }
}

export default function mount({ parentElement, data, setTriggerValue }) {
  let editor = EDITORS.get(parentElement);
  if (editor && editor.root !== parentElement.querySelector(".editor")) {
    editor.destroy();
    editor = undefined;
  }
  if (!editor) {
    editor = new ConfusionEditor(parentElement);
    EDITORS.set(parentElement, editor);
  }
  editor.calls += 1;
  const call = editor.calls;
  editor.update(data, setTriggerValue);
  // Streamlit may run the clean-up of an overtaken call after the next call: only the last one counts.
  return () => {
    if (editor.calls !== call || EDITORS.get(parentElement) !== editor) return;
    editor.destroy();
    EDITORS.delete(parentElement);
  };
}
