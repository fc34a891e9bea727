// A row of blocks; Streamlit calls the default export with each new table.

const CURSORS = new WeakMap(); // parent element -> place that the keys are at

function short(number) {
  if (number >= 1e6) return `${(number / 1e6).toPrecision(3)} M`;
  if (number >= 1e4) return `${Math.round(number / 1e3)} k`;
  return number.toLocaleString("en");
}

function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

// What the card and a screen reader say of a block, line by line.
function linesOf(box) {
  const lines = [
    box.name,
    `${counted(box.layers, "layer")}, ${counted(box.params, "parameter")}`,
    `first layer: ${box.first}${box.kerasLayer === null ? "" : ` (number ${box.kerasLayer} in Keras)`}`,
    box.trained ? "trained" : "frozen: keeps its weights",
  ];
  return box.cut === 0 ? [...lines, "click: train the head alone"] : [...lines, "click: train from here on"];
}

function makeBox(box, place, numBoxes) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "block";
  button.style.flexGrow = String(Math.sqrt(box.layers));
  button.setAttribute("aria-label", `Block ${place + 1} of ${numBoxes}, ${linesOf(box).join("; ")}`);
  const name = document.createElement("span");
  name.className = "name";
  name.textContent = box.name;
  const params = document.createElement("span");
  params.className = "params";
  params.textContent = short(box.params);
  button.append(name, params);
  return button;
}

function showCard(root, button, box) {
  const card = root.querySelector(".card");
  card.replaceChildren(
    ...linesOf(box).map((line) => {
      const element = document.createElement("div");
      element.textContent = line;
      return element;
    }),
  );
  card.hidden = false;
  const space = root.clientWidth - card.offsetWidth;
  const middle = button.offsetLeft + button.offsetWidth / 2 - card.offsetWidth / 2;
  card.style.left = `${Math.max(0, Math.min(space, middle))}px`;
  card.style.top = `${button.offsetTop + button.offsetHeight + 4}px`;
}

// Colors the boxes as if training began at a place.
function paint(buttons, boxes) {
  buttons.forEach((button, place) => {
    button.classList.toggle("trained", boxes[place].trained);
    button.classList.toggle("begins", boxes[place].trained && (place === 0 || !boxes[place - 1].trained));
    button.setAttribute("aria-pressed", String(boxes[place].trained));
  });
}

function moveTo(buttons, place) {
  buttons.forEach((button, other) => {
    button.tabIndex = other === place ? 0 : -1;
  });
}

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".row");
  const host = root.querySelector(".blocks");
  const card = root.querySelector(".card");
  const boxes = data.blocks.map((box) => ({ ...box }));
  const isNew = host.dataset.names !== boxes.map((box) => box.name).join("\n");
  const hadFocus = root.getRootNode().activeElement?.classList.contains("block");
  host.dataset.names = boxes.map((box) => box.name).join("\n");
  const buttons = boxes.map((box, place) => makeBox(box, place, boxes.length));
  const begins = Math.max(0, boxes.findIndex((box) => box.trained));
  const cursor = isNew || !CURSORS.has(parentElement) ? begins : Math.min(CURSORS.get(parentElement), boxes.length - 1);

  const go = (place) => {
    CURSORS.set(parentElement, place);
    moveTo(buttons, place);
  };
  const cutAt = (place) => {
    go(place);
    boxes.forEach((box, other) => {
      box.trained = other >= place;
    });
    paint(buttons, boxes);
    card.hidden = true;
    const count = boxes[place].cut;
    root.querySelector(".status").textContent =
      count === 0 ? "Only the head is trained." : `The last ${counted(count, "block")} and the head are trained.`;
    setTriggerValue("cut", count);
  };

  buttons.forEach((button, place) => {
    button.addEventListener("click", () => cutAt(place));
    button.addEventListener("pointerenter", () => showCard(root, button, boxes[place]));
    button.addEventListener("pointerleave", () => {
      card.hidden = true;
    });
    button.addEventListener("focus", () => {
      if (button.matches(":focus-visible")) showCard(root, button, boxes[place]);
    });
    button.addEventListener("blur", () => {
      card.hidden = true;
    });
    button.addEventListener("keydown", (event) => {
      if (event.key === "Escape") card.hidden = true;
      if (!(event.key in STEPS)) return;
      event.preventDefault();
      const next = Math.max(0, Math.min(buttons.length - 1, place + STEPS[event.key]));
      go(next);
      buttons[next].focus();
    });
  });
  host.setAttribute(
    "aria-label",
    "The network's blocks from input to output. Arrow keys move, Enter makes training begin at a block.",
  );
  card.hidden = true;
  host.replaceChildren(...buttons);
  paint(buttons, boxes);
  go(cursor);
  if (hadFocus) buttons[cursor].focus({ preventScroll: true });
}
