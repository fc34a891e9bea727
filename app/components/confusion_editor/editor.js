// The editor: one object a place on the page; Streamlit calls the default export at each change of its values.

const EDITORS = new WeakMap(); // parent element -> editor
const HELP_AT = 105; // pixels from the brackets to the button of the help

class ConfusionEditor {
  constructor(parent) {
    this.root = parent.querySelector(".editor");
    this.host = parent.host || parent;
    this.find = (name) => this.root.querySelector(`.${name}`);
    [this.base, this.overlay] = [this.find("base"), this.find("overlay")];
    this.view = { zoom: 1, x: 0, y: 0 };
    this.hit = this.cursor = this.press = this.carried = null;
    this.block = this.blockEnd = null; // a stretch that is being chosen, and its moving end
    this.chosen = []; // class indices, also where groups are folded
    this.preview = null; // groups under the moving cut line, until Python has answered
    this.isFocused = false;
    this.usesKeys = false; // the cursor is shown to who moves it
    this.sent = 0; // number of the last event sent
    this.step = 0; // number of the last event that shall change the groups, until it is answered
    this.outbox = []; // events that Python has not answered; Streamlit may drop a trigger that another overtakes
    this.calls = 0; // answers of Python
    this.treeWidth = 0; // pixels
    this.abort = new AbortController();
    this.signal = this.abort.signal;
    startToolbar(this);
    for (const start of [listen, startTree, startTray, startMenu, startHelp]) start(this);
    this.find("merge").addEventListener("click", () => this.mergeClasses(this.chosen), { signal: this.signal });
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.root);
  }

  destroy() {
    this.abort.abort();
    this.observer.disconnect();
    stopDrawing(this);
    stopCut(this);
    this.model = null;
  }

  // New values from Python. What it says of the choice counts only if it has seen the last event.
  update(bytes, send) {
    const [old, oldFine] = [this.model, this.received];
    this.send = send;
    const fine = unpackPayload(bytes);
    this.received = fine;
    this.theme = readTheme(this.host);
    const isOther = oldFine && oldFine.classNames.join("\n") !== fine.classNames.join("\n");
    if (isOther) this.forget();
    const isNewSession = !oldFine || fine.seen < oldFine.seen;
    if (isNewSession) this.sent = fine.seen;
    this.outbox = isNewSession ? [] : this.outbox.filter((event) => event.number > fine.seen);
    if (isOther || fine.seen >= this.sent) this.chosen = fine.chosen;
    endAnsweredPreview(this);
    this.rebuild(isOther ? null : old);
    if (oldFine && !isOther && String(oldFine.groupOf) !== String(fine.groupOf)) this.followGroups();
    this.draw(true);
    updateToolbar(this);
    this.overlay.setAttribute("aria-label", `Confusion matrix of ${fine.numClasses} classes in ${fine.groupNames.length} `
      + "groups. Arrow keys move, N goes to the next confusion, Space shows its pictures, Enter merges, ? tells all keys.");
    this.sayAnswer(isOther ? null : oldFine);
  }

  // Makes what is drawn out of what Python sent, the preview of a cut and the options of the toolbar.
  rebuild(old = this.model) {
    this.fine = this.preview ? regrouped(this.received, this.preview) : this.received;
    this.model = modelToDraw(this);
    if (old) this.followCursor(old);
  }

  optionsChanged() {
    if (!this.received) return;
    this.rebuild();
    this.draw();
  }

  forget() {
    this.hit = this.cursor = this.block = this.blockEnd = this.carried = this.press = this.preview = null;
    this.view = { zoom: 1, x: 0, y: 0 };
    closeMenu(this);
  }

  // Classes change their places when the order changes; the cursor stays on its two classes.
  followCursor(old) {
    this.hit = null;
    if (!this.press) this.block = null;
    this.find("card").hidden = true;
    if (!this.cursor) return;
    const place = (was) => this.model.position[unitOf(this.model, classesOf(old, old.order[was])[0])];
    this.cursor = { zone: "plot", row: place(this.cursor.row), column: place(this.cursor.column) };
  }

  // Groups are numbered anew: nothing that was begun may act on another group than the one it was begun on.
  followGroups() {
    if (!this.menuStays) closeMenu(this);
    if (!this.carried) return;
    this.carried.target = null;
    if (this.carried.group >= 0) this.carried.group = this.fine.groupOf[this.carried.classes[0]];
  }

  resized() {
    const changed = this.model && (this.root.clientWidth !== this.width || window.devicePixelRatio !== this.ratio);
    if (changed && this.root.clientWidth) this.draw();
  }

  draw(atOnce = false) {
    this.treeWidth = widthOfTree(this);
    drawEditor(this, atOnce);
  }

  // Called when the matrix stands on the canvas.
  painted() {
    if (!this.model) return;
    const { bracketLeft, width } = this.layout;
    this.overlay.dataset.bracket = bracketLeft;
    this.find("help-button").style.transform = `translateX(${Math.min(width - 24, bracketLeft + HELP_AT)}px)`;
    this.redrawOverlay();
    drawTree(this);
    updateTray(this);
  }

  redrawOverlay() {
    if (!this.model || !this.layout) return;
    const marks = {
      hit: this.carried ? null : this.hit, cursor: this.isFocused && this.usesKeys ? this.cursor : null,
      chosen: unitsOf(this.model, this.chosen), isPair: this.chosen.length === 2, block: this.block, carried: this.carried,
    };
    drawOverlay(this.overlay.getContext("2d"), this.model, this.layout, this.theme, this.ratio, marks);
    showMergeButton(this);
    showGroupButton(this);
  }

  point(hit, x, y) {
    this.hit = hit;
    this.overlay.style.cursor = hit && dragMode(this, hit, false) === "carry" ? "grab" : "";
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
    const classes = classesBetween(this.model, this.block);
    this.say(`${classes.length} classes: ${this.words(classes)}`);
  }

  words(classes) {
    return nameSome(this.fine, classes);
  }

  choose(classes) {
    const isSame = classes.length === this.chosen.length && classes.every((index, place) => index === this.chosen[place]);
    this.chosen = Array.from(classes);
    this.redrawOverlay();
    updateTray(this);
    const isSpread = new Set(this.chosen.map((index) => this.fine.groupOf[index])).size > 1;
    if (classes.length) this.say(`Chosen: ${this.words(classes)}.${isSpread ? " Enter merges them." : ""}`);
    else this.say(HINT);
    if (!isSame) this.sendEvent("choose", { classes: this.namesOf(classes) });
  }

  namesOf(classes) {
    return Array.from(classes, (index) => this.fine.classNames[index]);
  }

  mergeClasses(classes) {
    if (new Set(classes.map((index) => this.fine.groupOf[index])).size < 2) {
      this.say(`${this.words(classes)}: already in one group.`);
      return;
    }
    this.sendStep("merge", { classes: this.namesOf(classes) }, `Merging ${this.words(classes)}.`);
  }

  // Sends what shall change the groups or their order, and tells it.
  sendStep(kind, fields, words) {
    this.say(words);
    this.sendEvent(kind, fields);
    this.step = this.sent;
  }

  sendEvent(kind, fields) {
    this.sent += 1;
    this.outbox.push({ kind, ...fields, number: this.sent });
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

  // What Python's answer changed; a step that changed nothing was refused, and the page tells why.
  sayAnswer(old) {
    const { received: now } = this;
    if (!old) {
      this.say(HINT);
      return;
    }
    const isAnswered = this.step && now.seen >= this.step;
    const isSame = [...STATE_FIELDS].every((field) => String(old[field]) === String(now[field]))
      && JSON.stringify(old.colors) === JSON.stringify(now.colors);
    const [classes, groups] = [now.numClasses, now.groupNames.length].map((count) => count.toLocaleString("en-US"));
    if (!isSame) this.say(`${classes} classes are now in ${groups} groups.`);
    else if (isAnswered && !this.preview) this.say("Nothing changed. If the step was refused, the page tells why.");
    if (isAnswered) this.step = 0;
  }

  say(text) {
    const status = this.find("status");
    if (status.textContent !== text) status.textContent = text;
  }
}

const STATE_FIELDS = ["groupNames", "groupOf", "locked", "order"];

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
