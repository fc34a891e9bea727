// The groups as chips below the matrix: click chooses, drag changes the order, classes are dropped here.

const CHIPS_AT_ONCE = 60; // more are added when the list is scrolled to its end
const FILTERED_FROM = 20; // groups from which on the list can be searched

function startTray(editor) {
  const tray = editor.find("tray");
  const on = (element, name, handler) => element.addEventListener(name, handler, { signal: editor.signal });
  const group = (event) => chipGroup(editor, event.target.closest(".chip"));
  on(tray, "click", (event) => chipClicked(editor, event));
  on(tray, "contextmenu", (event) => {
    if (group(event) < 0) return;
    event.preventDefault();
    if (!editor.menuIsByKey) openGroupMenu(editor, { group: group(event), x: event.clientX, y: event.clientY });
  });
  on(tray, "dblclick", (event) => {
    const chip = event.target.closest(".chip");
    if (chip && !event.target.closest(".chip-menu")) renameGroup(editor, group(event), chip);
  });
  on(tray, "pointerdown", (event) => chipPressed(editor, event));
  on(tray, "pointermove", (event) => chipDragged(editor, event));
  on(tray, "pointerup", () => chipDropped(editor));
  on(tray, "pointercancel", () => { editor.chipPress = null; endCarrying(editor); });
  on(tray, "keydown", (event) => chipKey(editor, event));
  on(editor.find("chips"), "scroll", () => addChips(editor));
  on(editor.find("chip-filter"), "input", () => fillTray(editor));
}

// Builds the chips anew when groups, their order or the choice have changed; called at every painting.
function updateTray(editor) {
  if (!editor.fine || editor.cut?.isDragged) return;
  const { fine, chosen } = editor;
  if (editor.trayOf?.fine === fine && editor.trayOf.chosen === chosen) return;
  if (editor.trayOf?.fine === fine) {
    editor.trayOf.chosen = chosen;
    markChips(editor);
    return;
  }
  editor.trayOf = { fine, chosen };
  fillTray(editor);
}

// Groups that have a chip: of several classes, or marked by hand; in the order of the matrix.
function groupsOfTray({ fine }) {
  const first = new Map();
  fine.order.forEach((index) => {
    const group = fine.groupOf[index];
    if (!first.has(group)) first.set(group, index);
  });
  return [...first.keys()].filter((group) => {
    const classes = membersOf(fine)[group];
    const isMarked = isLocked(fine, group) || fine.colors[group];
    return classes.length > 1 || isMarked || fine.groupNames[group] !== fine.classNames[classes[0]];
  });
}

function fillTray(editor) {
  const { fine } = editor;
  const groups = groupsOfTray(editor);
  const filter = editor.find("chip-filter");
  filter.hidden = groups.length < FILTERED_FROM;
  const wanted = filter.hidden ? "" : filter.value.trim().toLowerCase();
  const names = (group) => [fine.groupNames[group], ...membersOf(fine)[group].map((index) => fine.classNames[index])];
  const isWanted = (group) => names(group).some((name) => name.toLowerCase().includes(wanted));
  editor.trayGroups = wanted ? groups.filter(isWanted) : groups;
  const alone = membersOf(fine).filter((classes) => classes.length === 1).length;
  const counted = fine.groupNames.length === 1 ? "1 group" : `${fine.groupNames.length} groups`;
  editor.find("tray-title").textContent = groups.length
    ? counted + (alone ? ` (${alone} of one class alone)` : "")
    : "No groups yet: double-click a cell, or drag along the diagonal, to make one.";
  editor.find("tray-empty").hidden = !groups.length || editor.trayGroups.length > 0;
  const chips = editor.find("chips");
  const focused = editor.root.getRootNode().activeElement?.closest?.(".chip")?.dataset.class;
  chips.replaceChildren();
  addChips(editor, CHIPS_AT_ONCE);
  const isSame = (chip) => fine.groupOf[chip.dataset.class] === fine.groupOf[focused];
  const again = focused && Array.from(chips.children).find(isSame);
  if (again) focusChip(editor, again);
  else if (focused) editor.overlay.focus({ preventScroll: true });
}

// Adds the next chips when the end of the list is near.
function addChips(editor, count = 0) {
  const chips = editor.find("chips");
  const isNearEnd = chips.scrollTop + chips.clientHeight > chips.scrollHeight - 60;
  const start = chips.children.length;
  const next = (editor.trayGroups || []).slice(start, start + (count || (isNearEnd ? CHIPS_AT_ONCE : 0)));
  chips.append(...next.map((group) => makeChip(editor, group)));
  if (next.length && !chips.querySelector("[tabindex='0']")) chips.firstElementChild.firstElementChild.tabIndex = 0;
  markChips(editor);
}

function makeChip({ fine }, group) {
  const classes = membersOf(fine)[group];
  const name = fine.groupNames[group];
  const members = nameSome(fine, classes);
  const chip = makeNode("div", { className: "chip" });
  chip.setAttribute("role", "listitem");
  chip.dataset.class = String(classes[0]);
  if (fine.colors[group]) chip.style.setProperty("--group-color", fine.colors[group]);
  const button = makeNode("button", { type: "button", className: "chip-name" });
  button.tabIndex = -1;
  button.title = `${name}: ${members}. Click chooses, drag moves, double-click renames.`;
  button.append(
    makeNode("i", { className: "swatch" }), makeNode("b", { textContent: name }),
    makeNode("span", { className: "chip-count", textContent: String(classes.length) }),
  );
  if (isLocked(fine, group)) {
    const lock = makeNode("i", { className: "lock" });
    lock.setAttribute("role", "img");
    lock.setAttribute("aria-label", "locked");
    button.append(lock);
  }
  const isNamed = classes.map((index) => fine.classNames[index]).join(" + ") !== name;
  if (isNamed) button.append(makeNode("span", { className: "chip-members", textContent: members }));
  const menu = makeNode("button", { type: "button", className: "chip-menu", textContent: "⋮" });
  menu.tabIndex = -1;
  menu.title = "Rename, split, dissolve, color, lock";
  menu.setAttribute("aria-label", `Actions for ${name}`);
  menu.setAttribute("aria-haspopup", "menu");
  chip.append(button, menu);
  return chip;
}

// Number of the group of a chip; a chip keeps one of its classes, since groups are numbered anew at each step.
function chipGroup({ fine }, chip) {
  return chip ? fine.groupOf[Number(chip.dataset.class)] ?? -1 : -1;
}

// Shows which chips are chosen, and which one would take what is dragged.
function markChips(editor) {
  const { chosen, fine, carried } = editor;
  const groups = new Set(chosen.map((index) => fine.groupOf[index]));
  const target = carried?.target;
  for (const chip of editor.find("chips").children) {
    const group = chipGroup(editor, chip);
    chip.firstElementChild.setAttribute("aria-pressed", String(groups.has(group)));
    chip.classList.toggle("target", Boolean(target?.classes) && target.group === group);
    chip.classList.toggle("carried", carried?.group === group);
  }
  const button = editor.find("new-group");
  button.classList.toggle("target", Boolean(target?.isNew));
  button.disabled = !chosen.length && !carried;
}

function chipClicked(editor, event) {
  if (editor.chipMoved) return;
  if (event.target.closest(".new-group")) {
    groupActions.takeOut(editor, editor.chosen);
    return;
  }
  const chip = event.target.closest(".chip");
  const group = chipGroup(editor, chip);
  if (group < 0) return;
  if (event.target.closest(".chip-menu")) {
    const box = event.target.getBoundingClientRect();
    openGroupMenu(editor, { group, x: box.left, y: box.bottom, opener: chip });
  } else if (event.ctrlKey || event.metaKey || event.shiftKey) addToChoice(editor, membersOf(editor.fine)[group]);
  else editor.choose(membersOf(editor.fine)[group]);
}

function chipPressed(editor, event) {
  editor.chipMoved = false;
  const group = chipGroup(editor, event.target.closest(".chip"));
  closeMenu(editor);
  if (event.button !== 0 || group < 0 || event.target.closest(".chip-menu")) return;
  const { clientX: x, clientY: y, pointerId: id } = event;
  editor.chipPress = { member: membersOf(editor.fine)[group][0], x, y, id };
}

function chipDragged(editor, event) {
  const { chipPress } = editor;
  if (!chipPress) return;
  const distance = Math.hypot(event.clientX - chipPress.x, event.clientY - chipPress.y);
  if (!editor.carried && distance > DRAG) {
    editor.find("tray").setPointerCapture(chipPress.id);
    carryGroup(editor, editor.fine.groupOf[chipPress.member]);
    editor.chipMoved = true;
  }
  if (editor.carried) carryTo(editor, event);
}

function chipDropped(editor) {
  editor.chipPress = null;
  if (editor.carried) dropCarried(editor);
}

// One chip is in the order of Tab; arrows go to the others.
function chipKey(editor, event) {
  const chip = event.target.closest(".chip");
  const group = chipGroup(editor, chip);
  if (group < 0 || event.ctrlKey || event.metaKey) return;
  const chips = Array.from(editor.find("chips").children);
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const box = chip.getBoundingClientRect();
  const isMenu = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
  const keys = {
    Home: () => focusChip(editor, chips[0]),
    End: () => focusChip(editor, chips.at(-1)),
    F2: () => renameGroup(editor, group, chip),
    d: () => groupActions.dissolve(editor, group),
    l: () => groupActions.lock(editor, group),
  };
  if (isMenu) byKey(editor, () => openGroupMenu(editor, { group, x: box.left, y: box.bottom, opener: chip }));
  else if (step && event.altKey) nudgeGroup(editor, group, step);
  else if (step) {
    focusChip(editor, chips[Math.max(0, Math.min(chips.length - 1, chips.indexOf(chip) + step))]);
    addChips(editor);
  } else if (keys[event.key]) keys[event.key]();
  else return;
  event.preventDefault();
}

function focusChip(editor, chip) {
  for (const button of editor.find("chips").querySelectorAll(".chip-name")) button.tabIndex = -1;
  chip.firstElementChild.tabIndex = 0;
  chip.firstElementChild.focus();
}
