// The menu of a group: rename, take classes out or in, dissolve, lock, color. One panel that also asks for a name and
// for the group that classes shall move into.

const LISTED = 40; // groups listed at once where classes are moved by keys

function startMenu(editor) {
  const menu = editor.find("menu");
  const on = (element, name, handler) => element.addEventListener(name, handler, { signal: editor.signal });
  on(menu, "keydown", (event) => menuKey(editor, event));
  on(menu, "focusout", (event) => {
    const next = event.relatedTarget;
    if (!menu.hidden && !menu.contains(next) && menu.isConnected) closeMenu(editor);
  });
  on(menu, "contextmenu", (event) => event.preventDefault());
  on(menu, "mousedown", (event) => { if (!event.target.closest("input")) event.preventDefault(); }); // the field keeps the focus
  const button = editor.find("group-menu");
  on(button, "click", () => {
    const box = button.getBoundingClientRect();
    openGroupMenu(editor, { group: editor.buttonGroup, x: box.left, y: box.bottom });
  });
  on(button, "pointerleave", () => editor.point(null));
  on(editor.root.ownerDocument, "keyup", () => { editor.menuIsByKey = false; });
}

// A small button at the bracket under the pointer, else at the chosen group's.
function showGroupButton(editor) {
  const { fine, layout, hit, chosen } = editor;
  const button = editor.find("group-menu");
  const chosenGroups = new Set(chosen.map((index) => fine.groupOf[index]));
  const group = hit?.zone === "groups" ? groupAtPlace(editor, hit.row) : chosenGroups.size === 1 ? [...chosenGroups][0] : -1;
  const isShown = group >= 0 && membersOf(fine)[group].length > 1 && !editor.carried;
  button.hidden = !isShown;
  if (!isShown) return;
  editor.buttonGroup = group;
  button.setAttribute("aria-label", `Actions for ${fine.groupNames[group]}`);
  const y = bracketMiddle(editor, group);
  button.hidden = y < layout.top || y > layout.top + layout.plot;
  button.style.transform = `translate(${layout.bracketLeft + layout.right - 16}px, ${y - 10}px)`;
}

// Height of the middle of a group's longest stretch, where its name stands.
function bracketMiddle({ fine, model, layout }, group) {
  const stretches = stretchesOf(model, unitsOf(model, membersOf(fine)[group]));
  const [first, last] = stretches.reduce((most, one) => (one[1] - one[0] > most[1] - most[0] ? one : most));
  const [top, bottom] = [edgeY(layout, first), edgeY(layout, last + 1)];
  const isOutside = top > layout.top + layout.plot || bottom < layout.top;
  return isOutside ? -1 : (insidePlot(layout, top) + insidePlot(layout, bottom)) / 2;
}

// Opens the menu for what lies under a point of the matrix.
function openMenuAt(editor, hit, x, y) {
  const classes = hit.zone === "groups" ? [] : Array.from(classesOf(editor.model, editor.model.order[hit.row]));
  const isChosen = classes.some((index) => editor.chosen.includes(index));
  const pair = hit.zone === "plot" && hit.row !== hit.column ? pairAt(editor, hit) : null;
  openGroupMenu(editor, { group: groupAtPlace(editor, hit.row), classes: isChosen ? editor.chosen : classes, pair, x, y });
}

function openMenuByKey(editor) {
  editor.usesKeys = true;
  const group = meantGroup(editor);
  if (group < 0) {
    editor.say("Move to a class or choose a group first.");
    return true;
  }
  const { layout, cursor, model } = editor;
  const box = editor.overlay.getBoundingClientRect();
  const y = cursor ? insidePlot(layout, edgeY(layout, cursor.row + 1)) : layout.top + 20;
  const x = cursor ? edgeX(layout, cursor.column + 0.5) : layout.left + 20;
  const own = cursor ? Array.from(classesOf(model, model.order[cursor.row])) : [];
  const pair = cursor && cursor.row !== cursor.column ? pairAt(editor, cursor) : null;
  const classes = editor.chosen.length ? editor.chosen : own;
  byKey(editor, () => openGroupMenu(editor, { group, classes, pair, x: box.left + x, y: box.top + y }));
  return true;
}

// Some browsers send "contextmenu" after the key that asks for the menu; it must not open a second one.
function byKey(editor, action) {
  editor.menuIsByKey = true;
  action();
}

function openGroupMenu(editor, { group, classes = editor.chosen, pair = null, x, y, opener = null }) {
  const { fine } = editor;
  const name = fine.groupNames[group];
  const members = membersOf(fine)[group];
  const leaving = classes.filter((index) => fine.groupOf[index] === group);
  const coming = classes.filter((index) => fine.groupOf[index] !== group);
  const locked = isLocked(fine, group);
  const isPair = pair && new Set(pair.map((index) => fine.groupOf[index])).size > 1;
  const items = [
    isPair && menuItem(editor, `Merge ${editor.words(pair)}`, "Enter", () => editor.mergeClasses(pair)),
    menuItem(editor, "Rename…", "F2", () => renameGroup(editor, group, opener)),
    members.length > 1 && splitItem(editor, { leaving, members, locked }),
    coming.length > 0 && !locked
      && menuItem(editor, `Move ${editor.words(coming)} here`, "", () => groupActions.move(editor, coming, group)),
    leaving.length > 0 && !locked
      && menuItem(editor, `Move ${editor.words(leaving)} into…`, "G", () => openTargets(editor, leaving, opener)),
    members.length > 1
      && menuItem(editor, "Dissolve: every class alone", "D", () => groupActions.dissolve(editor, group), locked),
    menuItem(editor, locked ? "Unlock" : "Lock", "L", () => groupActions.lock(editor, group)),
    palette(editor, group),
  ].filter(Boolean);
  const title = nameOfGroup(fine, group) + (locked ? ", locked" : "");
  openPanel(editor, { title, content: items, x, y, opener, role: "menu" });
  editor.find("menu").setAttribute("aria-label", `Actions for ${name}`);
}

// Some of its classes leave the group together; which ones is told by the choice.
function splitItem(editor, { leaving, members, locked }) {
  const isPart = leaving.length > 0 && leaving.length < members.length;
  const text = isPart ? `Split: ${editor.words(leaving)} out` : "Split: choose some of its classes first";
  return menuItem(editor, text, "X", () => groupActions.takeOut(editor, leaving), locked || !isPart);
}

function menuItem(editor, text, key, action, isDisabled = false) {
  const item = makeNode("button", { type: "button", className: "menu-item" });
  item.append(makeNode("span", { textContent: text }), makeNode("kbd", { textContent: key }));
  item.setAttribute("role", "menuitem");
  item.tabIndex = -1;
  item.disabled = isDisabled;
  item.addEventListener("click", () => {
    closeMenu(editor, true);
    action();
  });
  return item;
}

function palette(editor, group) {
  const row = makeNode("div", { className: "palette" });
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "Color");
  const now = editor.fine.colors[group];
  const swatches = [...editor.fine.palette, null].map((css, index) => {
    const swatch = makeNode("button", { type: "button", className: css ? "color" : "color no-color" });
    swatch.setAttribute("role", "menuitemradio");
    swatch.setAttribute("aria-checked", String((now ?? null) === css));
    swatch.setAttribute("aria-label", css ? `Color ${index + 1}` : "No color");
    swatch.title = css ? `Color ${index + 1}` : "No color";
    swatch.tabIndex = -1;
    if (css) swatch.style.background = css;
    swatch.addEventListener("click", () => {
      closeMenu(editor, true);
      groupActions.color(editor, group, css ? index : -1);
    });
    return swatch;
  });
  row.append(...swatches);
  return row;
}

// Asks for a new name, in a field at the group's bracket or chip.
function renameGroup(editor, group, opener = null) {
  const input = makeNode("input", { className: "name-field" });
  input.value = editor.fine.groupNames[group];
  input.maxLength = 200;
  input.setAttribute("aria-label", "Name of the group");
  const member = membersOf(editor.fine)[group][0];
  const button = makeNode("button", { type: "button", className: "name-save", textContent: "Rename" });
  const save = () => {
    closeMenu(editor, true);
    groupActions.rename(editor, editor.fine.groupOf[member], input.value);
  };
  button.addEventListener("click", save);
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") save(); });
  const row = makeNode("div", { className: "name-row" });
  row.append(input, button);
  const title = `Rename ${input.value}`;
  openPanel(editor, { title, content: [row], ...groupPoint(editor, group, opener), opener, role: "dialog" });
  editor.menuStays = true; // the group is known by one of its classes
  input.select();
}

// Where a panel about a group opens: below its chip, at its bracket, or in the middle.
function groupPoint(editor, group, opener) {
  if (opener?.isConnected) {
    const box = opener.getBoundingClientRect();
    return { x: box.left, y: box.bottom };
  }
  const { layout } = editor;
  const box = editor.overlay.getBoundingClientRect();
  const y = bracketMiddle(editor, group);
  return { x: box.left + layout.bracketLeft, y: box.top + (y < 0 ? layout.top + layout.plot / 2 : y) };
}

// Lists the groups that classes can move into, with a field to search them.
function openTargets(editor, classes = meantClasses(editor), opener = null) {
  if (!classes.length) {
    editor.say("Choose the classes first that shall move into a group.");
    return;
  }
  const input = makeNode("input", { className: "name-field" });
  input.placeholder = "Search a group or class";
  input.setAttribute("aria-label", "Group to move into");
  const list = makeNode("div", { className: "targets" });
  const fill = () => list.replaceChildren(...targetsFor(editor, classes, input.value));
  input.addEventListener("input", fill);
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") list.firstElementChild?.click(); });
  fill();
  const title = `Move ${editor.words(classes)} into`;
  const point = groupPoint(editor, editor.fine.groupOf[classes[0]], opener);
  openPanel(editor, { title, content: [input, list], ...point, opener, role: "dialog" });
}

function targetsFor(editor, classes, text) {
  const { fine } = editor;
  const wanted = text.trim().toLowerCase();
  const isOwn = (group) => classes.every((index) => fine.groupOf[index] === group);
  const fits = (group) => !wanted || fine.groupNames[group].toLowerCase().includes(wanted)
    || membersOf(fine)[group].some((index) => fine.classNames[index].toLowerCase().includes(wanted));
  const isOffered = (group) => !isOwn(group) && !isLocked(fine, group) && fits(group);
  const groups = fine.groupNames.map((_, group) => group).filter(isOffered);
  groups.sort((a, b) => membersOf(fine)[b].length - membersOf(fine)[a].length);
  return groups.slice(0, LISTED).map((group) => (
    menuItem(editor, nameOfGroup(fine, group), "", () => groupActions.move(editor, classes, group))));
}

function openPanel(editor, { title, content, x, y, opener, role }) {
  closeMenu(editor);
  const menu = editor.find("menu");
  menu.setAttribute("role", role);
  menu.setAttribute("aria-label", title);
  menu.replaceChildren(makeNode("div", { className: "menu-title", textContent: title }), ...content);
  menu.hidden = false;
  editor.menuOpener = opener;
  editor.menuStays = false;
  const box = editor.root.getBoundingClientRect();
  const left = Math.max(0, Math.min(x - box.left, box.width - menu.offsetWidth));
  const isLow = y + menu.offsetHeight > window.innerHeight && y - menu.offsetHeight > 0;
  menu.style.transform = `translate(${left}px, ${Math.max(0, y - box.top - (isLow ? menu.offsetHeight : 0))}px)`;
  editor.find("card").hidden = true;
  menuStops(menu)[0]?.focus({ preventScroll: true });
}

function menuStops(menu) {
  return Array.from(menu.querySelectorAll("button:not([disabled]), input"));
}

// Closes the menu; the focus goes back to where it was opened from.
function closeMenu(editor, isReturning = false) {
  const menu = editor.find("menu");
  if (menu.hidden) return;
  menu.hidden = true;
  menu.replaceChildren();
  const { menuOpener } = editor;
  if (!isReturning) return;
  if (menuOpener?.isConnected) menuOpener.firstElementChild.focus();
  else editor.overlay.focus({ preventScroll: true });
}

function menuKey(editor, event) {
  const menu = editor.find("menu");
  const stops = menuStops(menu);
  const now = stops.indexOf(editor.root.getRootNode().activeElement);
  const isText = event.target.matches("input");
  const step = { ArrowDown: 1, ArrowUp: -1, ...(isText ? {} : { ArrowRight: 1, ArrowLeft: -1 }) }[event.key];
  if (event.key === "Escape") {
    closeMenu(editor, true);
  } else if (event.key === "Tab" && menu.getAttribute("role") === "menu") {
    closeMenu(editor, true);
  } else if (step) {
    stops[(now + step + stops.length) % stops.length].focus();
  } else if (!isText && (event.key === "Home" || event.key === "End")) {
    stops.at(event.key === "Home" ? 0 : -1).focus();
  } else return;
  event.preventDefault();
}
