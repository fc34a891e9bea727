// The row above the matrix: what colors tell, what is paled, folding, search, zoom. All of it acts at once, without
// Python, and is kept in the browser for the next time.

const KEPT_AS = "regroup-matrix-view"; // key in the browser's storage
const MAX_SUGGESTIONS = 8;
const FOUND_CELL = 24; // pixels, at least, of a cell that was searched for

function loadOptions() {
  const options = { measure: "row", scale: "root", fade: 0, fold: false };
  let kept = {};
  try {
    kept = JSON.parse(window.localStorage.getItem(KEPT_AS)) ?? {};
  } catch {
    return options; // storage is forbidden, or holds something else
  }
  if (Object.hasOwn(MEASURES, kept.measure)) options.measure = kept.measure;
  if (Object.hasOwn(SCALES, kept.scale)) options.scale = kept.scale;
  if (kept.fade >= 0 && kept.fade <= 100) options.fade = Number(kept.fade);
  options.fold = kept.fold === true;
  return options;
}

function keepOptions(options) {
  try {
    window.localStorage.setItem(KEPT_AS, JSON.stringify(options));
  } catch {
    // A browser that keeps nothing still draws.
  }
}

function startToolbar(editor) {
  editor.options = loadOptions();
  editor.found = null; // index of the class that was searched for
  const tools = editor.find("tools");
  tools.replaceChildren(
    choiceTool(editor, "measure", "Color", MEASURES, "What a cell's color and number tell."),
    choiceTool(editor, "scale", "Scale", SCALES, "How values become colors: root and logarithm let few mistakes stand out."),
    fadeTool(editor), foldTool(editor), zoomTool(editor), searchTool(editor), fullScreenTool(editor),
  );
  // Streamlit's one-letter shortcuts shall not hear what is typed here.
  tools.addEventListener("keydown", (event) => event.stopPropagation(), { signal: editor.signal });
  startMinimap(editor);
  startPinch(editor);
}

// After each answer of Python.
function updateToolbar(editor) {
  const { fine } = editor;
  editor.found = editor.foundName === undefined ? null : fine.indexOf.get(editor.foundName) ?? null;
  editor.find("fold").disabled = !fine.groups.length && !editor.options.fold;
  showFade(editor);
}

function setOption(editor, name, value) {
  editor.options = { ...editor.options, [name]: value };
  keepOptions(editor.options);
  editor.optionsChanged();
  updateToolbar(editor);
}

function choiceTool(editor, name, title, choices, help) {
  const select = makeNode("select", { className: name });
  for (const [value, choice] of Object.entries(choices)) {
    select.append(makeNode("option", { value, textContent: choice.title, selected: value === editor.options[name] }));
  }
  select.addEventListener("change", () => setOption(editor, name, select.value), { signal: editor.signal });
  return makeNode("label", { className: "tool", title: help }, makeNode("span", { textContent: title }), select);
}

function fadeTool(editor) {
  const slider = makeNode("input", { type: "range", className: "fade", min: 0, max: 100, value: editor.options.fade });
  slider.addEventListener("input", () => setOption(editor, "fade", Number(slider.value)), { signal: editor.signal });
  const help = "Cells below this value turn pale, so that the strong ones are seen.";
  return makeNode("label", { className: "tool", title: help }, makeNode("span", { textContent: "Fade" }), slider,
    makeNode("output", { className: "fade-value" }));
}

function showFade(editor) {
  const { cells } = editor.model;
  const text = cells.paleBelow ? `< ${valueText(cells.measure, cells.paleBelow)}` : "off";
  editor.find("fade-value").textContent = text;
  editor.find("fade").setAttribute("aria-valuetext", text);
}

function foldTool(editor) {
  const button = makeNode("button", { type: "button", className: "fold", textContent: "Fold groups" });
  button.title = "Draw each group as one row and one column, with the sums of its cells.";
  button.setAttribute("aria-pressed", String(editor.options.fold));
  button.addEventListener("click", () => foldGroups(editor, !editor.options.fold), { signal: editor.signal });
  return button;
}

function foldGroups(editor, fold) {
  editor.find("fold").setAttribute("aria-pressed", String(fold));
  setOption(editor, "fold", fold);
  const { isFolded, numClasses } = editor.model;
  editor.say(isFolded ? `Folded: ${numClasses} groups.` : `Unfolded: ${numClasses} classes.`);
}

function zoomTool(editor) {
  const buttons = [
    ["zoom-in", "+", "Zoom in", "Zoom in (+, or Ctrl and wheel)", 1.5],
    ["zoom-out", "−", "Zoom out", "Zoom out (-)", 1 / 1.5],
    ["zoom-fit", "⤢", "Show all", "Show all classes (0)", 0],
  ].map(([className, textContent, label, title, factor]) => {
    const button = makeNode("button", { type: "button", className, textContent, title });
    button.setAttribute("aria-label", label);
    button.addEventListener("click", () => editor.zoom(factor), { signal: editor.signal });
    return button;
  });
  return makeNode("span", { className: "zoom" }, ...buttons);
}

function searchTool(editor) {
  const field = makeNode("input", { type: "search", className: "search", placeholder: "Find a class", autocomplete: "off" });
  const list = makeNode("ul", { className: "suggestions", hidden: true, id: "suggestions" });
  const attributes = {
    role: "combobox", "aria-label": "Find a class", "aria-controls": "suggestions", "aria-expanded": "false",
  };
  for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value);
  list.setAttribute("role", "listbox");
  const search = { editor, field, list, found: [], marked: 0 };
  const on = (name, handler) => field.addEventListener(name, handler, { signal: editor.signal });
  on("input", () => suggest(search));
  on("focus", () => { if (field.value) suggest(search); });
  on("blur", () => showSuggestions(search, []));
  on("keydown", (event) => searchKey(search, event));
  return makeNode("span", { className: "tool find" }, field, list);
}

function suggest(search) {
  const { editor, field } = search;
  search.marked = 0;
  showSuggestions(search, matchNames(editor.fine.classNames, field.value));
  if (!field.value) findClass(editor, null);
}

// Indices of names: those that are a text, then that begin with it, then that hold it; case and accents do not count.
function matchNames(names, text) {
  const plain = (name) => name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const wanted = plain(text.trim());
  if (!wanted) return [];
  const found = [[], [], []];
  names.forEach((name, index) => {
    const at = plain(name).indexOf(wanted);
    if (at >= 0) found[at > 0 ? 2 : Number(plain(name) !== wanted)].push(index);
  });
  return found.flat().slice(0, MAX_SUGGESTIONS);
}

function showSuggestions(search, found) {
  const { editor, field, list } = search;
  search.found = found;
  list.hidden = !found.length;
  field.setAttribute("aria-expanded", String(found.length > 0));
  list.replaceChildren(...found.map((index, number) => {
    const item = makeNode("li", { textContent: editor.fine.classNames[index], id: `suggestion-${number}` });
    item.setAttribute("role", "option");
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); takeSuggestion(search, number); });
    return item;
  }));
  markSuggestion(search, 0);
}

function markSuggestion(search, number) {
  search.marked = number;
  Array.from(search.list.children).forEach((item, place) => item.setAttribute("aria-selected", String(place === number)));
  if (search.found.length) search.field.setAttribute("aria-activedescendant", `suggestion-${number}`);
  else search.field.removeAttribute("aria-activedescendant");
}

function searchKey(search, event) {
  const { found, field, marked } = search;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && found.length) markSuggestion(search, (marked + step + found.length) % found.length);
  else if (event.key === "Enter" && found.length) takeSuggestion(search, marked);
  else if (event.key === "Enter" && field.value) search.editor.say(`No class is called ${field.value}.`);
  else if (event.key === "Escape") {
    field.value = "";
    showSuggestions(search, []);
    findClass(search.editor, null);
  } else return;
  event.preventDefault();
}

function takeSuggestion(search, number) {
  const index = search.found[number];
  search.field.value = search.editor.fine.classNames[index];
  showSuggestions(search, []);
  findClass(search.editor, index);
}

// Marks a class, moves the view to it and zooms in where cells are small; null takes the mark away.
function findClass(editor, index) {
  const { model, fine, layout, view } = editor;
  editor.found = index;
  editor.foundName = index === null ? undefined : fine.classNames[index];
  if (index !== null) {
    const place = model.position[unitOf(model, index)];
    if (layout.cell < MIN_NAMED_CELL || view.zoom > 1) {
      centerOn(model, layout, view, { row: place, column: place, minCell: FOUND_CELL });
    }
    editor.say(cellInWords(fine, index, index));
  }
  editor.draw();
}

// Two fingers zoom the matrix; one finger is left to the page and to the gestures.
function startPinch(editor) {
  let last = null;
  const spread = ([first, second]) => Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY);
  const on = (name, handler) => editor.overlay.addEventListener(name, handler, { signal: editor.signal, passive: false });
  on("touchstart", (event) => {
    last = event.touches.length === 2 ? spread(event.touches) : null;
    if (last !== null) dropPress(editor);
  });
  on("touchend", () => { last = null; });
  on("touchmove", (event) => {
    if (last === null || event.touches.length !== 2) return;
    event.preventDefault();
    dropPress(editor);
    const box = editor.overlay.getBoundingClientRect();
    const [x, y] = ["clientX", "clientY"].map((axis) => (event.touches[0][axis] + event.touches[1][axis]) / 2);
    const now = spread(event.touches);
    editor.zoom(now / last, x - box.left, y - box.top);
    last = now;
  });
}
